import { LineWriter } from '../../../../orchestrator/core/folder/files.ts';

/** Writes a megabyte of lines, or of rows, and prints the code of what went wrong. Usage: node --import tsx limited.ts FILE [rows] */
const writer = await LineWriter.create(process.argv[2] ?? '');
try {
  for (let line = 0; line < 1000; line += 1) {
    if (process.argv[3] === 'rows') writer.addRow({ text: 'x'.repeat(1000) });
    else writer.add('x'.repeat(1000));
    await writer.drain();
  }
  await writer.finish();
  console.log('written');
} catch (error) {
  console.log(error instanceof Error && 'code' in error ? error.code : error);
}
