/** Without letters and digits that are taken for one another when read out or typed from paper. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS = 4;
const GROUP_LETTERS = 4;

/**
 * A password to hand to a person: 16 of 31 letters and digits, 79 bits, in groups that can be read out, e.g.
 * `kvmt-29hw-pq7c-dx3n`.
 */
export function newPassword(): string {
  const groups = Array.from({ length: GROUPS }, () => {
    let group = "";
    while (group.length < GROUP_LETTERS) {
      const byte = crypto.getRandomValues(new Uint8Array(1))[0] ?? 255;
      // Bytes beyond the last whole round would make some letters likelier.
      if (byte < 256 - (256 % LETTERS.length)) group += LETTERS[byte % LETTERS.length];
    }
    return group;
  });
  return groups.join("-");
}
