/**
 * Builds what the pages load: booth.js (module), worker.js (classic script, for browsers without module workers),
 * the small scripts of other pages and site.css, minified, into gateway/static/build/; and puts the face of the paper
 * notices in its place. `--watch` rebuilds on change.
 */

import { cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { build, context } from "esbuild";
import { Logger, compile } from "sass";

const gateway = fileURLToPath(new URL("..", import.meta.url));
const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** @type {import("esbuild").Plugin} Pico comes as Sass, so that pages carry only the parts they use. */
const sass = {
  name: "sass",
  setup({ onLoad }) {
    // Pico is written for an older Sass and makes it say so on every build.
    const options = { loadPaths: [packages], logger: Logger.silent };
    onLoad({ filter: /\.scss$/ }, ({ path }) => ({ contents: compile(path, options).css, loader: "css" }));
  },
};
const target = ["es2022", "chrome111", "edge111", "firefox115", "safari16.4"];

/** @type {import("esbuild").BuildOptions} */
const shared = { bundle: true, minify: true, target, legalComments: "eof", outdir: `${gateway}static/build`, logLevel: "info" };

/** @type {import("esbuild").BuildOptions[]} */
const bundles = [
  { ...shared, entryPoints: [`${gateway}booth/booth.js`], format: "esm" },
  { ...shared, entryPoints: [`${gateway}booth/worker.js`, `${gateway}assets/scripts/challenge-worker.js`], format: "iife", entryNames: "[name]" },
  {
    ...shared,
    entryPoints: ["challenge", "password", "reissue", "session-end"].map((name) => `${gateway}assets/scripts/${name}.js`),
    format: "esm",
  },
  { ...shared, entryPoints: [`${gateway}assets/scripts/countdown.js`], format: "esm" },
  { ...shared, entryPoints: [`${gateway}assets/styles/site.css`], plugins: [sass] },
];

const notices = fileURLToPath(new URL("../../services/notification/channels/paper/build", import.meta.url));
for (const file of ["ttf/DejaVuSansCondensed.ttf", "ttf/DejaVuSansCondensed-Bold.ttf", "ttf/DejaVuSansMono-Bold.ttf", "LICENSE"])
  cpSync(`${packages}/dejavu-fonts-ttf/${file}`, `${notices}/${file.split("/").at(-1)}`);

if (process.argv.includes("--watch")) {
  for (const options of bundles) await (await context(options)).watch();
} else {
  rmSync(`${gateway}static/build`, { recursive: true, force: true });
  await Promise.all(bundles.map((options) => build(options)));
}
