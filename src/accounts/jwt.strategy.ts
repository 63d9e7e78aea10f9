import type { KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { SessionsService, type SessionClaims } from './sessions.service';
import type { User } from './user.entity';

@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    key: KeyObject,
    private readonly sessions: SessionsService,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      // Its types are older than keys in jsonwebtoken, to which it is passed as it is.
      secretOrKey: key as unknown as Buffer,
      algorithms: ['HS256'],
    });
  }

  validate(claims: SessionClaims): Promise<User> {
    return this.sessions.userOf(claims, 'access');
  }
}
