/**
 * Text from strangers, made fit for a terminal. Mail is hostile: an escape sequence in a subject could rewrite the screen,
 * a bidirectional control could turn a file name around.
 */

/** Control and format characters, line and paragraph separators, private use, and halves of surrogate pairs. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;

/** The text with everything that a terminal would act upon, or not show, as `\uXXXX`: JSON stays the same JSON. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    let escaped = "";
    for (let i = 0; i < character.length; i++) {
      escaped += `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`;
    }
    return escaped;
  });
}
