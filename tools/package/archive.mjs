import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import yauzl from 'yauzl';

/** What is in a .vsix (a zip): every file's name, and its size in bytes as it is and compressed. */
export async function listArchive(file) {
  const entries = [];
  await eachEntry(file, (entry) => entries.push({ name: entry.fileName, size: entry.uncompressedSize, compressed: entry.compressedSize }));
  return entries;
}

/** Unpacks a .vsix into a folder. */
export async function unpack(file, folder) {
  await eachEntry(file, async (entry, open) => {
    const path = join(folder, entry.fileName);
    await mkdir(dirname(path), { recursive: true });
    await pipeline(await open(), createWriteStream(path));
  });
}

async function eachEntry(file, visit) {
  const zip = await promisify(yauzl.open)(file, { lazyEntries: true });
  const openStream = promisify(zip.openReadStream.bind(zip));
  await new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', resolve);
    zip.on('entry', (entry) => {
      const visited = entry.fileName.endsWith('/') ? undefined : visit(entry, () => openStream(entry));
      Promise.resolve(visited).then(() => zip.readEntry(), reject);
    });
    zip.readEntry();
  });
}
