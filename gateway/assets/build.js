/**
 * Builds what the pages load: booth.js (module), worker.js (classic script, for browsers without module workers),
 * the small scripts of other pages, site.css and the face of its titles, minified, into gateway/static/build/; and puts the
 * face of the paper notices in its place. `--watch` rebuilds on change.
 */

import { createHash } from "node:crypto";
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { build, context } from "esbuild";
// @ts-expect-error the package has no types
import subsetFont from "subset-font";

const gateway = fileURLToPath(new URL("..", import.meta.url));
const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** Titles in French and English: Basic Latin, Latin-1, ligatures, quotation marks, dashes, unbreakable and narrow blanks. */
const LETTERS = [
  ...Array.from({ length: 0x5f }, (_, place) => String.fromCharCode(0x20 + place)),
  ...Array.from({ length: 0x60 }, (_, place) => String.fromCharCode(0xa0 + place)),
  ..."ŒœŸ–—‘’“”…‹›€\u202f\u2011",
].join("");
const FACE = `${packages}/@fontsource/besley`;

/**
 * Writes the face of the titles with the letters that they need, and its licence.
 * @returns {Promise<string>} a digest of it, as gateway/edge/static_files.py makes them: one address, asked for once
 */
async function buildFace() {
  const whole = readFileSync(`${FACE}/files/besley-latin-600-normal.woff2`);
  const face = await subsetFont(whole, LETTERS, { targetFormat: "woff2" });
  mkdirSync(`${gateway}static/build/fonts`, { recursive: true });
  writeFileSync(`${gateway}static/build/fonts/besley-600.woff2`, face);
  copyFileSync(`${FACE}/LICENSE`, `${gateway}static/build/fonts/besley-LICENSE.txt`);
  return createHash("sha256").update(face).digest("hex").slice(0, 16);
}

rmSync(`${gateway}static/build`, { recursive: true, force: true });
const digest = await buildFace();

/** @type {import("esbuild").Plugin} */
const faceAddress = {
  name: "face-address",
  setup({ onResolve }) {
    onResolve({ filter: /\.woff2$/ }, ({ path }) => ({ path: `${path}?v=${digest}`, external: true }));
  },
};
const target = ["es2020", "chrome90", "edge90", "firefox90", "safari15"];

/** @type {import("esbuild").BuildOptions} */
const shared = { bundle: true, minify: true, target, legalComments: "eof", outdir: `${gateway}static/build`, logLevel: "info" };

/** @type {import("esbuild").BuildOptions} */
const scripts = { ...shared, inject: [`${gateway}booth/older-browsers.js`] };

/** @type {import("esbuild").BuildOptions[]} */
const bundles = [
  // Beside the booth: what it loads when a ballot is opened, and the page that looks at one on another device.
  {
    ...scripts,
    entryPoints: ["booth.js", "opened/shown.js", "opened/check-page.js", "opened/computed.js"].map((name) => `${gateway}booth/${name}`),
    format: "esm",
    entryNames: "[name]",
  },
  { ...scripts, entryPoints: [`${gateway}booth/worker.js`, `${gateway}assets/scripts/challenge-worker.js`], format: "iife", entryNames: "[name]" },
  { ...scripts, entryPoints: { holder: `${gateway}booth/holder/page.js` }, format: "esm" },
  { ...scripts, entryPoints: { "holder-worker": `${gateway}booth/holder/worker.js` }, format: "iife" },
  {
    ...scripts,
    entryPoints: ["challenge", "password", "reissue", "session-end", "tracker", "keep-secrets", "waiting-room", "passkeys"].map((name) => `${gateway}assets/scripts/${name}.js`),
    format: "esm",
  },
  { ...shared, entryPoints: [`${gateway}assets/scripts/countdown.js`], format: "esm" },
  { ...shared, entryPoints: [`${gateway}assets/styles/site.css`], plugins: [faceAddress] },
];

const notices = fileURLToPath(new URL("../../services/notification/channels/paper/build", import.meta.url));
for (const file of ["ttf/DejaVuSansCondensed.ttf", "ttf/DejaVuSansCondensed-Bold.ttf", "ttf/DejaVuSansMono-Bold.ttf", "LICENSE"])
  cpSync(`${packages}/dejavu-fonts-ttf/${file}`, `${notices}/${file.split("/").at(-1)}`);

if (process.argv.includes("--watch")) {
  for (const options of bundles) await (await context(options)).watch();
} else {
  await Promise.all(bundles.map((options) => build(options)));
}
