import { crc32 } from 'node:zlib';
import { type Entry, open, type ZipFile } from 'yauzl';

/** What lies beside a list in archives: notes, and what systems add to the files of a folder. */
const beside = [
  /(^|\/)(__MACOSX\/|\.)/,
  /(^|\/)(Thumbs\.db|desktop\.ini)$/i,
  /(^|\/)(read[-_ ]?me|licen[cs]e|copying|notice|about|changelog|changes|terms|info)([-_. ][^/]*)?$/i,
  /\.(md|pdf|html?|xml|json|docx?|rtf|png|jpe?g|gif|sig|asc|pem|md5|sha\d*|sum)$/i,
];

/** What tells documents of spreadsheets and texts from other archives: of Office Open XML, and of OpenDocument. */
const document = /^(\[Content_Types\]\.xml|META-INF\/manifest\.xml)$/;

function openArchive(path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    open(path, { lazyEntries: true, autoClose: false }, (error, zip) => (error ? reject(error) : resolve(zip)));
  });
}

/** All files of an archive; folders hold nothing themselves. */
function filesOf(zip: ZipFile): Promise<Entry[]> {
  return new Promise((resolve, reject) => {
    const files: Entry[] = [];
    zip.on('error', reject);
    zip.on('end', () => resolve(files));
    zip.on('entry', (entry: Entry) => {
      if (!entry.fileName.endsWith('/')) files.push(entry);
      zip.readEntry();
    });
    zip.readEntry();
  });
}

/** The one file that is meant. Which of several it is nobody guesses. */
function meantOf(files: Entry[]): Entry {
  if (files.some(({ fileName }) => document.test(fileName)))
    throw new Error('it is an office document: save its sheet as CSV');
  const lists = files.filter(({ fileName }) => !beside.some((pattern) => pattern.test(fileName)));
  const candidates = lists.length > 0 ? lists : files.filter(({ fileName }) => !/(^|\/)__MACOSX\//.test(fileName));
  const [only, ...others] = candidates;
  if (only === undefined) throw new Error('the archive holds no file');
  if (others.length === 0) return only;
  const names = candidates.map(({ fileName }) => fileName);
  const shown = `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', ...' : ''}`;
  throw new Error(`the archive holds ${names.length} files that may be meant: ${shown}; unpack the right one`);
}

/** Stored, deflated. */
const methods = [0, 8];

/** @throws Error for what the library would refuse in words of its own code */
function requireReadable({ fileName, compressionMethod, generalPurposeBitFlag }: Entry): void {
  if ((generalPurposeBitFlag & 1) !== 0) throw new Error(`${fileName} in the archive is encrypted: unpack it`);
  if (methods.includes(compressionMethod)) return;
  const what = `packed in a way that is not read here (${compressionMethod})`;
  throw new Error(`${fileName} in the archive is ${what}: unpack it`);
}

function streamOf(zip: ZipFile, entry: Entry): Promise<AsyncIterable<Buffer>> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)));
  });
}

/** The file inside a zip archive that is no note beside it, wherever it stands; its checksum is compared at the end. */
export async function openZip(path: string): Promise<{ member: string; chunks: AsyncGenerator<Uint8Array> }> {
  const zip = await openArchive(path);
  try {
    const entry = meantOf(await filesOf(zip));
    requireReadable(entry);
    const stream = await streamOf(zip, entry);
    async function* chunks(): AsyncGenerator<Uint8Array> {
      let sum = 0;
      try {
        for await (const chunk of stream) {
          sum = crc32(chunk, sum);
          yield chunk;
        }
      } finally {
        zip.close();
      }
      if (sum !== entry.crc32)
        throw new Error(`${entry.fileName} in the archive is damaged: its checksum is another one`);
    }
    return { member: entry.fileName, chunks: chunks() };
  } catch (error) {
    zip.close();
    throw error;
  }
}
