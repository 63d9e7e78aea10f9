import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { AuditEntry } from '../../audit/audit-entry.entity';
import type { Slice } from '../../http/page';
import { ownedBy } from '../ownership';
import type { User } from '../user.entity';
import type { AuditQueryDto } from './audit.dto';

/** The log of what was done, for those it concerns. */
@Injectable()
export class AuditReader {
  constructor(@InjectRepository(AuditEntry) private readonly entries: Repository<AuditEntry>) {}

  /** The latest first: staff see all, others what they did themselves. */
  list(actor: User, filter: AuditQueryDto, slice: Slice): Promise<[AuditEntry[], number]> {
    const query = this.entries.createQueryBuilder('entry').orderBy('entry.id', 'DESC');
    const { userId } = ownedBy(actor, filter.user_id);
    if (userId !== undefined) query.andWhere('entry.actorId = :userId', { userId });
    if (filter.action) query.andWhere('entry.action = :action', { action: filter.action });
    if (filter.created_after) query.andWhere('entry.createdAt >= :after', { after: filter.created_after });
    if (filter.created_before)
      query.andWhere('entry.createdAt <= :before', { before: filter.created_before });
    if (filter.search?.trim()) {
      const pattern = `%${filter.search.trim().replace(/[\\%_]/g, '\\$&')}%`;
      query.andWhere(
        `(entry.actorEmail ILIKE :pattern OR entry.sourceIp ILIKE :pattern OR entry.details::text ILIKE :pattern
          OR concat_ws(' ', entry.targetType, entry.targetId) ILIKE :pattern)`,
        { pattern },
      );
    }
    return query.take(slice.limit).skip(slice.offset).getManyAndCount();
  }
}
