import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/** Whether the process is about to end: from then on it is not ready any more, and goes on answering for a while. */
@Injectable()
export class Lifecycle {
  private ending = false;

  get stopping(): boolean {
    return this.ending;
  }

  stop(): void {
    this.ending = true;
  }
}

/** Once the process is about to end, each answer asks its client to take its next request elsewhere. */
export function farewellOnStop(fastify: FastifyInstance, lifecycle: Lifecycle): void {
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (lifecycle.stopping) reply.header('connection', 'close');
    done();
  });
}
