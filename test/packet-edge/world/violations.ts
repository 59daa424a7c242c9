/** What was seen that the standard forbids; a run is good when there is none. */
export class Violations {
  readonly all: string[] = [];

  add(clause: string, what: string): void {
    this.all.push(`${what} [${clause}]`);
  }
}
