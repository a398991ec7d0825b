import { spawn } from 'node:child_process';

/** A program's standard output, while the test goes on to answer its requests. @throws Error with its standard error if it fails */
export async function running(
  command: string,
  args: readonly string[],
  input: string,
  environment: Record<string, string> = {},
): Promise<string> {
  const child = spawn(command, args, { env: { ...process.env, ...environment } });
  const parts = { out: '', error: '' };
  child.stdout.on('data', (data: Buffer) => (parts.out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (parts.error += data.toString()));
  child.stdin.end(input);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve);
    child.on('error', reject);
  });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${parts.error}`);
  return parts.out;
}
