import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { createAdapter } from '../app';
import { AppModule } from '../app.module';
import { readConfig } from '../config/config';
import { apiDocument } from './api-docs';

/** The text of openapi.json: read from the controllers alone, without a database. */
export async function openApiText(): Promise<string> {
  const config = readConfig({});
  const module = AppModule.forRoot({
    config,
    databaseUrl: 'postgres://unused',
    jwtSecret: 'unused',
    logger: pino({ level: 'silent' }),
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, createAdapter(config), {
    preview: true,
    logger: ['error'],
  });
  return `${JSON.stringify(apiDocument(app), null, 2)}\n`;
}
