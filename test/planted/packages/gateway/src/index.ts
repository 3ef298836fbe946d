export const gateway = 'floor 3';
