import { Injectable } from '@nestjs/common';
import type { User } from '../accounts/user.entity';
import { AppError } from '../validation/errors';
import type { DashboardDto, DashboardQueryDto } from './dashboard.dto';

@Injectable()
export class DashboardService {
  read(_actor: User, _query: DashboardQueryDto): Promise<DashboardDto> {
    throw new AppError(503, 'service_unavailable');
  }
}
