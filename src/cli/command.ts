import { run } from './program.js';

// Failures to write are handled where writing is done; unheard here, they would end the program with a stack trace.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

// The exit status is left for Node to use when all output is written.
void run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  cwd: process.cwd(),
}).then((status) => {
  process.exitCode = status;
});
