// The console is a page, not a library: `main.tsx` is where it starts, and nothing imports it.
export {};
