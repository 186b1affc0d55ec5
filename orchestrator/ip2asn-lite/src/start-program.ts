/** A process of node:child_process with three pipes. Written out, so that whoever uses the types needs none of Node's. */
export interface StartedProgram {
  readonly stdin: object;
  readonly stdout: object;
  readonly stderr: object;
}

/** Starts a program. It may end with 127, as a shell's does, where there is none of that name. */
export type StartProgram = (program: string, args: string[]) => StartedProgram;
