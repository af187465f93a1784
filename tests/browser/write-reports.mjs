// Writes the reports that no run comes to. Argument: the folder.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { hostileReport, largeReport } from './reports.mjs';

const reports = {
  hostile: hostileReport(),
  // As many sites in all as in one.
  large: largeReport(100, 100),
  wide: largeReport(1, 10_000),
};
for (const [name, report] of Object.entries(reports)) await writeFile(join(process.argv[2], `${name}.json`), JSON.stringify(report));
