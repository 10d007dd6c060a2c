import type { Answer, Compiled, MachineRequest } from '../../src/index.ts';
import { verifyAnswer } from '../../src/verify/machine.ts';

export { answer, compile, loadCatalog, loadRules, parseRequest } from '../../src/index.ts';

/** What is wrong with an answer to a request that was put to a catalog from disk. */
export function verifyCompiled(answer: Answer, compiled: Compiled, request: MachineRequest): readonly string[] {
  return verifyAnswer(answer, compiled, request, undefined);
}
