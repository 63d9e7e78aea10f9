import { Module, type DynamicModule } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountsService } from './accounts.service';
import { AuthController } from './auth.controller';
import { JWT_SECRET } from './jwt-secret';
import { JwtStrategy } from './jwt.strategy';
import { LoginLimiter } from './login-limiter.service';
import { LoginMetrics } from './login.metrics';
import { SessionsService } from './sessions.service';
import { User } from './user.entity';

@Module({})
export class AccountsModule {
  static forRoot(jwtSecret: string): DynamicModule {
    return {
      module: AccountsModule,
      global: true,
      imports: [TypeOrmModule.forFeature([User]), PassportModule, JwtModule.register({ secret: jwtSecret })],
      controllers: [AuthController],
      providers: [
        AccountsService,
        SessionsService,
        LoginLimiter,
        LoginMetrics,
        { provide: JWT_SECRET, useValue: jwtSecret },
        {
          provide: JwtStrategy,
          useFactory: (sessions: SessionsService) => new JwtStrategy(jwtSecret, sessions),
          inject: [SessionsService],
        },
      ],
      exports: [AccountsService, JWT_SECRET],
    };
  }
}
