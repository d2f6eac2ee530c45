import { expect, it } from 'vitest';
import { failedStep } from './failed-step.ts';

const DOCKERFILE = `# a comment
FROM node:24 AS sources
WORKDIR /app
COPY . .

FROM sources AS build
RUN --mount=type=cache,target=/root/.npm npm ci \\
  # said in between
  && npm run build
USER 10001:10001
`;
const FAILED = { line: 7, text: 'RUN --mount=type=cache,target=/root/.npm npm ci && npm run build' };

it('finds the step that podman and buildah name, whatever they began after it', () => {
  const step = 'RUN --mount=type=cache,target=/root/.npm npm ci   && npm run build';
  const lines = [`[1/2] STEP 2/3: ${step}`, 'npm error missing script: build', '[2/2] STEP 1/3: FROM 26290508a57 AS last'];
  expect(failedStep([...lines, `Error: building at STEP "${step}": exit status 1`], DOCKERFILE)).toEqual(FAILED);
});

it('finds the last step that began, where none is named', () => {
  expect(failedStep(['STEP 1/2: FROM node:24 AS sources', 'STEP 2/2: COPY . .', 'Error: no space left'], DOCKERFILE)).toMatchObject({
    line: 4,
  });
});

it('finds the step of BuildKit that failed, and not one that was still running', () => {
  const lines = [
    '#8 [build 1/2] RUN --mount=type=cache,target=/root/.npm npm ci   && npm run build',
    '#9 [stage-2 2/3] WORKDIR /app',
    '#8 1.2 npm error missing script: build',
    '#8 ERROR: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1',
  ];
  expect(failedStep(lines, DOCKERFILE)).toEqual(FAILED);
});

it("finds the last step of Docker's first builder", () => {
  expect(failedStep(['Step 1/4 : FROM node:24 AS sources', 'pull access denied'], DOCKERFILE)).toEqual({
    line: 2,
    text: 'FROM node:24 AS sources',
  });
});

it('says nothing where the builder does not', () => {
  expect(failedStep(['Error: no such file'], DOCKERFILE)).toBeUndefined();
});
