import { createSecretKey } from 'node:crypto';
import { Module, type DynamicModule } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditEntry } from '../audit/audit-entry.entity';
import { AccountsService } from './accounts.service';
import { AuditController } from './audit/audit.controller';
import { AuditReader } from './audit/audit-reader.service';
import { AuthController } from './auth.controller';
import { JWT_SECRET } from './jwt-secret';
import { JwtStrategy } from './jwt.strategy';
import { LoginLimiter } from './login-limiter.service';
import { Login } from './login.service';
import { CookieSessions } from './sessions/cookie-sessions.service';
import { PasswordChanger } from './sessions/password-changer.service';
import { SessionCookie } from './sessions/session-cookie';
import { SessionController } from './sessions/session.controller';
import { Session } from './sessions/session.entity';
import { SessionGuard } from './session.guard';
import { LoginMetrics } from './login.metrics';
import { SessionsService } from './sessions.service';
import { User } from './user.entity';
import { UsersController } from './users/users.controller';
import { UsersService } from './users/users.service';

@Module({})
export class AccountsModule {
  static forRoot(jwtSecret: string): DynamicModule {
    // Of a string jsonwebtoken tries with each token whether it is a public key: half a millisecond.
    const key = createSecretKey(jwtSecret, 'utf8');
    return {
      module: AccountsModule,
      global: true,
      imports: [
        TypeOrmModule.forFeature([User, Session, AuditEntry]),
        PassportModule,
        JwtModule.register({ secret: key }),
      ],
      controllers: [AuthController, SessionController, UsersController, AuditController],
      providers: [
        AccountsService,
        SessionsService,
        LoginLimiter,
        SessionGuard,
        Login,
        CookieSessions,
        SessionCookie,
        PasswordChanger,
        UsersService,
        AuditReader,
        LoginMetrics,
        { provide: JWT_SECRET, useValue: jwtSecret },
        {
          provide: JwtStrategy,
          useFactory: (sessions: SessionsService) => new JwtStrategy(key, sessions),
          inject: [SessionsService],
        },
      ],
      // What the guard of sessions needs, wherever it stands.
      exports: [AccountsService, SessionGuard, CookieSessions, SessionCookie, JWT_SECRET],
    };
  }
}
