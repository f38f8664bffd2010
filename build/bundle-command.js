// The command in a few files instead of two hundred: Node takes longer to find and link modules than to compile them.
// The other files stay beside it, for what starts from a file of its own: threads, the server, tests.
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { rolldown } from 'rolldown';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/** What a module finds beside itself it still finds there: from dist/cli/ and dist/bundle/ alike. */
const modulePlaces = {
  name: 'module-places',
  transform(code, id) {
    if (!id.startsWith(dist)) return null;
    const path = `../${id.slice(dist.length)}`;
    return code
      .replaceAll('import.meta.url', `new URL('${path}', import.meta.url).href`)
      .replaceAll('import.meta.dirname', `(import.meta.dirname + '/${dirname(path)}')`);
  },
};

rmSync(`${dist}bundle`, { recursive: true, force: true });
const bundle = await rolldown({
  // As tsc has just left it: what comes of this takes its place.
  input: `${dist}cli/main.js`,
  platform: 'node',
  // Packages are found in node_modules as ever.
  external: (id) => !id.startsWith('.') && !id.startsWith(dist),
  plugins: [modulePlaces],
});
await bundle.write({
  dir: dist,
  entryFileNames: 'cli/main.js',
  chunkFileNames: 'bundle/[name].js',
  comments: false,
});
