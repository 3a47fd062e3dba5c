/** A function that the libraries call and that Safari before 15.4 and Firefox before 92 lack: set before they run. */

if (typeof Object.hasOwn !== "function") {
  Object.defineProperty(Object, "hasOwn", {
    /** @type {(object: object, key: PropertyKey) => boolean} */
    value: (object, key) => Object.prototype.hasOwnProperty.call(object, key),
    configurable: true,
    writable: true,
  });
}
