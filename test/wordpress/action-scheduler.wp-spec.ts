import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WordPressSite } from './site';

/** Actions that say when they ran. */
const PLUGIN = `<?php
/** Plugin Name: Actions of a test */
function jobs_note( $line ) {
	file_put_contents( WP_CONTENT_DIR . '/jobs.txt', $line . "\\n", FILE_APPEND | LOCK_EX );
}
add_action( 'job_note', function ( ...$args ) { jobs_note( implode( ' ', $args ) ); }, 10, 3 );
add_action( 'job_slow', function ( $id ) { usleep( 3000 ); jobs_note( 'slow ' . $id ); } );
add_action( 'job_dies', function () { exit; } );
add_action( 'job_throws', function () { throw new Exception( 'boom' ); } );
add_action( 'job_again', function () { as_enqueue_async_action( 'job_note', array( 'again' ), 'g' ); } );
add_action( 'job_asks', function ( $x ) {
	jobs_note( wp_json_encode( array(
		as_next_scheduled_action( 'job_asks', array( $x ), 'g' ),
		as_has_scheduled_action( 'job_asks', array( $x ), 'g' ),
		as_schedule_single_action( time() + 60, 'job_asks', array( $x ), 'g', true ),
	) ) );
} );
add_action( 'plugins_loaded', function () {
	if ( isset( $_GET['early'] ) ) { jobs_note( 'early ' . as_enqueue_async_action( 'job_note' ) ); }
} );
add_action( 'action_scheduler_init', function () {
	if ( isset( $_GET['early'] ) ) { jobs_note( 'in time ' . ( 0 < as_enqueue_async_action( 'job_note' ) ? 'yes' : 'no' ) ); }
} );
`;

describe('the stand-in of Action Scheduler', () => {
  let site: WordPressSite;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fiko-plugin-'));
    await mkdir(join(folder, 'jobs'));
    await writeFile(join(folder, 'jobs', 'jobs.php'), PLUGIN);
    site = await WordPressSite.start({ plugins: [join(folder, 'jobs')] });
  });
  afterAll(async () => {
    await site.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    await site.eval(
      `$GLOBALS['wpdb']->query( 'DELETE FROM ' . fiko_stand_in_actions_table() );
       file_put_contents( WP_CONTENT_DIR . '/jobs.txt', '' ); return 1;`,
    );
  });

  const notes = async () =>
    (await site.eval<string>("return file_get_contents( WP_CONTENT_DIR . '/jobs.txt' );"))
      .split('\n')
      .filter((line) => line !== '');
  const statuses = async () => (await site.actions()).map(({ hook, status }) => `${hook} ${status}`);

  it('takes a unique action once for the same hook, arguments and group', async () => {
    expect(
      await site.eval(
        `$t = time() + 3600;
         $first = as_schedule_single_action( $t, 'u', array( 1 ), 'g', true );
         return array(
           $first > 0,
           as_schedule_single_action( $t, 'u', array( 1 ), 'g', true ),
           as_schedule_single_action( $t, 'u', array( 2 ), 'g', true ) > 0,
           as_schedule_single_action( $t, 'u', array( 1 ), 'h', true ) > 0,
           as_schedule_single_action( $t, 'v', array( 1 ), 'g', true ) > 0,
           as_schedule_single_action( $t, 'u', array( 1 ), 'g' ) > 0,
         );`,
      ),
    ).toEqual([true, 0, true, true, true, true]);
  });

  it('finds, and cancels, by hook, arguments and group', async () => {
    expect(
      await site.eval(
        `$t = time() + 3600;
         as_schedule_single_action( $t, 'u', array( 1 ), 'g' );
         as_enqueue_async_action( 'n', array(), 'g' );
         $found = array(
           as_next_scheduled_action( 'u', array( 1 ), 'g' ) === $t,
           as_next_scheduled_action( 'u' ) === $t,
           as_next_scheduled_action( 'n' ),
           as_next_scheduled_action( 'u', array( 2 ) ),
           as_has_scheduled_action( 'u', array( 1 ), 'h' ),
           count( as_get_scheduled_actions( array( 'group' => 'g', 'status' => 'pending' ), 'ids' ) ),
         );
         // With a group the arguments count, also when they are left out.
         as_unschedule_all_actions( 'u', array(), 'g' );
         $found[] = as_has_scheduled_action( 'u' );
         as_unschedule_all_actions( 'u' );
         $found[] = as_has_scheduled_action( 'u' );
         as_unschedule_all_actions( '', array(), 'g' );
         $found[] = as_has_scheduled_action( 'n' );
         return $found;`,
      ),
    ).toEqual([true, true, true, false, false, 2, true, false, false]);
    expect(await statuses()).toEqual(['u canceled', 'n canceled']);
  });

  it('runs what is due, by the clock of the site', async () => {
    await site.eval(
      `as_schedule_single_action( time() + 300, 'job_note', array( 'later', 7 ), 'g' );
       as_enqueue_async_action( 'job_note', array( 'now' ), 'g' ); return 1;`,
    );
    expect(await site.runQueue()).toBe(1);
    expect(await notes()).toEqual(['now']);
    expect(await site.runQueue({ ahead: 200 })).toBe(0);
    expect(await site.runQueue({ ahead: 101 })).toBe(1);
    expect(await notes()).toEqual(['now', 'later 7']);
  });

  it('runs what becomes due meanwhile', async () => {
    await site.eval("as_enqueue_async_action( 'job_again' ); return 1;");
    expect(await site.runQueue()).toBe(2);
    expect(await notes()).toEqual(['again']);
  });

  it('says of a running action that it runs, and refuses its like', async () => {
    await site.eval("as_enqueue_async_action( 'job_asks', array( 7 ), 'g' ); return 1;");
    await site.runQueue();
    expect(await notes()).toEqual(['[true,true,0]']);
  });

  it('fails what throws and what nobody does, and tries neither again', async () => {
    await site.eval(
      "as_enqueue_async_action( 'job_throws' ); as_enqueue_async_action( 'job_of_nobody' ); return 1;",
    );
    expect(await site.runQueue()).toBe(2);
    expect(await site.runQueue({ ahead: 86_400 })).toBe(0);
    expect(await statuses()).toEqual(['job_throws failed', 'job_of_nobody failed']);
    expect((await site.actions('job_throws'))[0]!.error).toBe('Exception: boom');
  });

  it('repeats a recurring action from when it ran', async () => {
    await site.eval(
      "as_schedule_recurring_action( time() + 10, 300, 'job_note', array( 'tick' ) ); return 1;",
    );
    await site.advance(1000);
    const ranAt = await site.now();
    expect(await site.runQueue()).toBe(1);
    const [, next] = await site.actions();
    expect(next).toMatchObject({ status: 'pending', every: 300, args: ['tick'] });
    expect(next!.at - ranAt - 300).toBeLessThan(3);
  });

  it('refuses what is too long, and what comes before it is ready', async () => {
    expect(await site.eval("return as_enqueue_async_action( 'n', array( str_repeat( 'x', 9000 ) ) );")).toBe(
      0,
    );
    expect(
      await site.eval("return as_enqueue_async_action( 'n', array( str_repeat( 'x', 500 ) ) ) > 0;"),
    ).toBe(true);
    await site.request('/?early=1', { as: 'anonymous' });
    expect(await notes()).toEqual(['early 0', 'in time yes']);
    expect(await site.debugLog()).toContain('before the Action Scheduler data store was initialized');
  });

  it('gives each of many actions to one of several runners', async () => {
    await site.eval(
      `for ( $i = 0; $i < 200; $i++ ) { as_enqueue_async_action( 'job_slow', array( $i ), 'g' ); } return 1;`,
    );
    const ran = await Promise.all([site.runQueue(), site.runQueue(), site.runQueue()]);
    expect(ran.reduce((sum, count) => sum + count)).toBe(200);
    expect(ran.filter((count) => count > 0).length).toBeGreaterThan(1);
    const lines = await notes();
    expect(lines).toHaveLength(200);
    expect(new Set(lines).size).toBe(200);
  });

  it('holds one of several unique actions that come at the same time', async () => {
    const ids = await Promise.all(
      Array.from({ length: 6 }, () =>
        site.eval<number>("return as_schedule_single_action( time() + 9, 'u', array( 1 ), 'g', true );"),
      ),
    );
    expect(ids.filter((id) => id > 0)).toHaveLength(1);
  });

  it('gives up what its runner died of', async () => {
    await site.eval("as_enqueue_async_action( 'job_dies' ); return 1;");
    await expect(site.runQueue()).rejects.toThrow('run_queue');
    expect(await statuses()).toEqual(['job_dies in-progress']);
    expect(await site.runQueue({ ahead: 200 })).toBe(0);
    expect(await statuses()).toEqual(['job_dies in-progress']);
    expect(await site.runQueue({ ahead: 200 })).toBe(0);
    expect(await statuses()).toEqual(['job_dies failed']);
  });

  it('takes thousands', async () => {
    await site.eval(
      `for ( $i = 0; $i < 2000; $i++ ) { as_schedule_single_action( time() + 99, 'job_note', array( $i ), 'g', true ); } return 1;`,
    );
    expect(await site.actions('job_note')).toHaveLength(2000);
    expect(await site.runQueue({ ahead: 100, limit: 500 })).toBe(500);
    expect(await notes()).toHaveLength(500);
  });
});
