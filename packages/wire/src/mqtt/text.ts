/** Bytes that a string or binary field may have: its length is a two byte integer (MQTT 5.0 §1.5.4, §1.5.6). */
export const maximumFieldLength = 65_535;

/**
 * Whether `text` has a code point that MQTT advises against and lets a receiver refuse (MQTT 5.0 §1.5.4, 3.1.1
 * §1.5.3): control characters U+0000 to U+001F and U+007F to U+009F, and noncharacters.
 *
 * Kiten refuses them in what names something (topic, filter, client identifier, user name), because names end up
 * in policies, logs and consoles; free text such as a user property may have them.
 */
export function hasDisallowedCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x7f) {
      if (unit < 0x20) return true;
    } else if (unit <= 0x9f || (unit >= 0xfdd0 && unit <= 0xfdef) || unit >= 0xfffe) {
      return true;
    } else if ((unit === 0xdffe || unit === 0xdfff) && (text.charCodeAt(index - 1) & 0x3f) === 0x3f) {
      // The low half of U+nFFFE or U+nFFFF: the last two code points of a supplementary plane.
      return true;
    }
  }
  return false;
}
