import { defineConfig } from 'vite';

/** The page runs under a policy of 'self' alone: nothing is inlined, nothing is fetched from elsewhere. */
export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // The first of each to know light-dark().
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  // For work on the page itself: a site that runs answers for the API.
  server: { proxy: { '/api': 'http://localhost:7080' } },
});
