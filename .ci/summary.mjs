// Reads vitest's JSON report and ends the run with one plain line, `N passed, N failed`.
// Arguments: the report, vitest's exit code. Exit code 1 when anything failed or there is no report.
import { readFileSync } from 'node:fs';

/** Counts of a report; a file that could not even be loaded counts as one failure. */
function countsOf(report) {
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length };
}

/** The last line of the run, and whether it was a success. A run without any test is none. */
function summaryOf(counts, exitCode) {
  // Vitest also fails for what no test can be blamed for, such as an unhandled rejection.
  const failed = counts.failed === 0 && (exitCode !== 0 || counts.passed === 0) ? 1 : counts.failed;
  return { line: `${counts.passed} passed, ${failed} failed`, success: failed === 0 };
}

function main([reportFile, exitCode]) {
  let counts = { passed: 0, failed: 0 };
  try {
    counts = countsOf(JSON.parse(readFileSync(reportFile, 'utf8')));
  } catch (error) {
    console.error(`No usable test report in ${reportFile}: ${error.message}`);
    counts = { passed: 0, failed: 1 };
  }
  const { line, success } = summaryOf(counts, Number(exitCode));
  console.log(line);
  process.exitCode = success ? 0 : 1;
}

main(process.argv.slice(2));
