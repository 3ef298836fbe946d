/** The more particular first: each browser names those that it wants to be taken for. */
const browsers = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Headless)?Chrom(?:e|ium)\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
  [/^curl\//, 'curl'],
] as const;
const systems = [
  [/\b(?:iPhone|iPad)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
] as const;

/** A browser as people call it, from how it names itself: `Firefox, Linux`. What is not known is shown as it is. */
export function browserName(userAgent: string): string {
  const found = [browsers, systems].flatMap((table) => {
    const match = table.find(([pattern]) => pattern.test(userAgent));
    return match === undefined ? [] : [match[1]];
  });
  return found.length > 0 ? found.join(', ') : userAgent.slice(0, 60);
}
