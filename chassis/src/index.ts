export { NotReachable } from './failure.ts';
export { ContractError } from './http/contract.ts';
export {
  type Answer,
  type AnswerOf,
  accepted,
  answer,
  created,
  type HandlerRequest,
  type Handlers,
  type HandlerTable,
  noContent,
  ok,
} from './http/handlers.ts';
export {
  badRequest,
  conflict,
  forbidden,
  notFound,
  Problem,
  type ProblemBody,
  type ProblemOptions,
  unauthorized,
  unavailable,
} from './http/problem.ts';
export { type Chore, every } from './service/every.ts';
export type { Need, NeedContext, Needs, Started, Tools, ValuesOf } from './service/need.ts';
export { run } from './service/run.ts';
export { type CreateService, type Definition, type RunningService, type Service, type ServiceOptions, service } from './service/service.ts';
export type { Worker } from './service/worker.ts';
export { type WorkerDefinition, worker } from './service/worker-service.ts';
export { createWaiting, type Waiting } from './waiting.ts';
