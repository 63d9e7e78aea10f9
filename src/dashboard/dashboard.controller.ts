import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, SessionGuard } from '../accounts/session.guard';
import { User } from '../accounts/user.entity';
import { ApiErrors } from '../http/api-docs';
import { DashboardDto, DashboardQueryDto } from './dashboard.dto';
import { DashboardService } from './dashboard.service';

@ApiTags('dashboard')
@ApiBearerAuth('session')
@ApiErrors(401, 429)
@UseGuards(SessionGuard)
@Controller('api/v1/dashboard')
export class DashboardController {
  constructor(private readonly dashboard: DashboardService) {}

  @Get()
  @ApiOperation({
    summary: 'What is going on: events by time, what waits, and the shops that need a look',
    description: 'Staff see all or one user, others their own.',
  })
  @ApiOkResponse({ type: DashboardDto })
  @ApiErrors(400)
  read(@CurrentUser() user: User, @Query() query: DashboardQueryDto): Promise<DashboardDto> {
    return this.dashboard.read(user, query);
  }
}
