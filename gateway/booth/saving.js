/** A file that the browser makes and the voter keeps. */

/**
 * @param {Blob} content
 * @param {string} name of the file
 */
export function save(content, name) {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Safari reads the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
