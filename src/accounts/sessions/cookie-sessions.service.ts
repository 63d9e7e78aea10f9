import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { FastifyRequest } from 'fastify';
import { Repository } from 'typeorm';
import { Config } from '../../config/config';
import type { User } from '../user.entity';
import { Session } from './session.entity';

const TOKEN_BYTES = 32;
const TOKEN = /^[\w-]{43}$/;
/** One write in this time, of however many requests. */
const SEEN_EVERY_MS = 60_000;
const MAX_USER_AGENT = 500;

export interface OpenedSession {
  /** For the cookie; it is kept nowhere. */
  token: string;
  expiresAt: Date;
}

/** Sessions of browsers, each with a row. */
@Injectable()
export class CookieSessions {
  constructor(
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    private readonly config: Config,
  ) {}

  async open(user: User, request: FastifyRequest): Promise<OpenedSession> {
    await this.removeEnded();
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const expiresAt = new Date(Date.now() + this.config.accounts.refreshTokenSeconds * 1000);
    await this.sessions.insert({
      id: idOf(token),
      userId: user.id,
      sessionVersion: user.sessionVersion,
      expiresAt,
      sourceIp: request.ip,
      userAgent: request.headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null,
    });
    return { token, expiresAt };
  }

  /** The session of a cookie with its user, as the database has them now; null when it has ended, however it did. */
  async find(token: string): Promise<Session | null> {
    if (!TOKEN.test(token)) return null;
    const session = await this.sessions
      .createQueryBuilder('session')
      .innerJoinAndSelect('session.user', 'user')
      .where('session.id = :id AND session.expiresAt > now()', { id: idOf(token) })
      .andWhere('session.lastSeenAt > now() - make_interval(secs => :idle)', {
        idle: this.config.accounts.sessionIdleSeconds,
      })
      .andWhere('user.isActive AND user.sessionVersion = session.sessionVersion')
      .getOne();
    if (session && Date.now() - session.lastSeenAt.getTime() > SEEN_EVERY_MS) await this.seen(session);
    return session;
  }

  /** Ends the session of a cookie, where there is one. */
  async end(token: string | undefined): Promise<void> {
    if (token !== undefined && TOKEN.test(token)) await this.sessions.delete({ id: idOf(token) });
  }

  private async seen({ id }: Session): Promise<void> {
    await this.sessions.update({ id }, { lastSeenAt: () => 'now()' });
  }

  /** Those that nobody ended themselves. */
  private async removeEnded(): Promise<void> {
    await this.sessions
      .createQueryBuilder()
      .delete()
      .where('expires_at <= now() OR last_seen_at <= now() - make_interval(secs => :idle)', {
        idle: this.config.accounts.sessionIdleSeconds,
      })
      .execute();
  }
}

/** Without a salt: 256 random bits are not guessed. */
const idOf = (token: string): string => createHash('sha256').update(token).digest('hex');
