// The command in a few files instead of two hundred: Node takes longer to find and link modules than to compile them.
// They are CommonJS, which src/cli/bundle.ts can run from what V8 has compiled before, and for which Node prepares less.
// The other files stay beside it, for what starts from a file of its own: threads, the server, tests.
import { rmSync } from 'node:fs';
import { fileURLToPath, URL } from 'node:url';
import { rolldown } from 'rolldown';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/** What a module finds beside itself it still finds there: all bundles are in a folder beside its own. */
const modulePlaces = {
  name: 'module-places',
  transform(code, id) {
    if (!id.startsWith(dist)) return null;
    const path = `../${id.slice(dist.length)}`;
    const here = `require('node:path').join(__dirname, '${path}')`;
    return code
      .replaceAll(
        'import.meta.resolve(',
        `((name) => require('node:url').pathToFileURL(require.resolve(name)).href)(`,
      )
      .replaceAll('import.meta.url', `require('node:url').pathToFileURL(${here}).href`)
      .replaceAll('import.meta.dirname', `require('node:path').dirname(${here})`);
  },
};

// Packages are found in node_modules as ever.
const external = (id) => !id.startsWith('.') && !id.startsWith(dist);

rmSync(`${dist}bundle`, { recursive: true, force: true });
const command = await rolldown({
  input: `${dist}cli/command.js`,
  platform: 'node',
  external,
  plugins: [modulePlaces],
});
await command.write({
  dir: `${dist}bundle`,
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name].cjs',
  comments: false,
});
// What runs them. As tsc has just left it: what comes of this takes its place.
const main = await rolldown({
  input: `${dist}cli/main.js`,
  platform: 'node',
  external: (id) => id.endsWith('/command.js') || external(id),
});
await main.write({ file: `${dist}cli/main.js`, comments: false });
