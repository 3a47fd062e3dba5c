/** Reads a QR code. In (stdin): JSON, the rows of its modules, true where dark, with the white around. Out: the text that it holds. */

import { readFileSync } from "node:fs";

import decodeQR from "qr/decode.js";

const PIXELS = 4;
const rows = JSON.parse(readFileSync(0, "utf8"));
const side = rows.length * PIXELS;
const data = new Uint8Array(side * side * 4).fill(255);
for (let y = 0; y < side; y += 1) {
  for (let x = 0; x < side; x += 1) {
    if (rows[Math.floor(y / PIXELS)][Math.floor(x / PIXELS)]) data.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3);
  }
}
process.stdout.write(decodeQR({ width: side, height: side, data }));
