// Planted: floor 1 reaches up to floor 3. The floor check has to find exactly this.
export { gateway } from '../../gateway/src/index.ts';
