import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query, Req, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Audited } from '../../audit/audited.decorator';
import { Config } from '../../config/config';
import { ApiErrors } from '../../http/api-docs';
import { IdPipe } from '../../http/id.pipe';
import { parseBody } from '../../http/json-body';
import { CurrentLanguage } from '../../http/language.decorator';
import { pageOf, sliceOf } from '../../http/page';
import type { Language } from '../../i18n/language';
import { say } from '../../i18n/messages';
import { readDto } from '../../validation/read-dto';
import { CurrentUser, SessionGuard } from '../session.guard';
import { User } from '../user.entity';
import {
  CreateUserDto,
  PasswordDto,
  PatchUserDto,
  ResetPasswordDto,
  UserDto,
  UserPageDto,
  UsersQueryDto,
  UserWithPasswordDto,
} from './users.dto';
import { UsersService } from './users.service';

@ApiTags('users')
@ApiBearerAuth('session')
@ApiErrors(401, 403, 429)
@UseGuards(SessionGuard)
@Controller('api/v1/users')
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Staff: list users, the newest first' })
  @ApiOkResponse({ type: UserPageDto })
  @ApiErrors(400)
  async list(
    @CurrentUser() actor: User,
    @Query() query: UsersQueryDto,
    @Req() request: FastifyRequest,
  ): Promise<UserPageDto> {
    const slice = sliceOf(query);
    const [results, count] = await this.users.list(actor, query, slice);
    return pageOf(request, this.config.server.publicUrl, slice, count, results);
  }

  @Post()
  @Audited('user.created', { target: 'user', details: ['email', 'username', 'is_staff'] })
  @ApiOperation({ summary: 'Staff: create a user; a password that is made is shown this one time' })
  @ApiCreatedResponse({ type: UserWithPasswordDto })
  @ApiErrors(400, 409)
  create(@CurrentUser() actor: User, @Body() request: CreateUserDto): Promise<UserWithPasswordDto> {
    return this.users.create(actor, request);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Staff: one user' })
  @ApiOkResponse({ type: UserDto })
  @ApiErrors(404)
  find(@CurrentUser() actor: User, @Param('id', IdPipe) id: number): Promise<UserDto> {
    return this.users.find(actor, id);
  }

  @Patch(':id')
  @Audited('user.changed', { target: 'user', details: ['email', 'username', 'is_active', 'is_staff'] })
  @ApiOperation({
    summary: 'Staff: change e-mail, username, state and rights of a user',
    description: 'Nobody deactivates or demotes themselves: 409 `own_account`.',
  })
  @ApiOkResponse({ type: UserDto })
  @ApiErrors(400, 404, 409)
  patch(
    @CurrentUser() actor: User,
    @Param('id', IdPipe) id: number,
    @Body() request: PatchUserDto,
  ): Promise<UserDto> {
    return this.users.patch(actor, id, request);
  }

  @Post(':id/password')
  @HttpCode(200)
  @Audited('user.password_reset', { target: 'user' })
  @ApiOperation({
    summary: 'Staff: give a user a new password, and end all sessions of that user',
    description: 'One’s own is changed where the current one is asked for: 409 `own_account`.',
  })
  @ApiBody({ type: ResetPasswordDto, required: false })
  @ApiOkResponse({ type: PasswordDto })
  @ApiErrors(400, 404, 409)
  async resetPassword(
    @CurrentUser() actor: User,
    @Param('id', IdPipe) id: number,
    @Req() request: FastifyRequest,
    @CurrentLanguage() language: Language,
  ): Promise<PasswordDto> {
    // It may come without a body, which a parameter with @Body would refuse.
    const { password } = readDto(ResetPasswordDto, parseBody(request.body || '{}'));
    const made = await this.users.resetPassword(actor, id, password || null);
    return {
      password: made,
      message: say(language, made === null ? 'password_changed' : 'password_generated'),
    };
  }
}
