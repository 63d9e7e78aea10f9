<?php
/**
 * What is to be sent.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * The table of products: which were changed and are to be sent, what was sent last, and what became of it.
 *
 * A row is the truth; an action of Action Scheduler is no more than a nudge to look at it. All statements are plain
 * enough for MySQL, MariaDB and WordPress on SQLite. In an UPDATE a column is assigned after all expressions that read
 * it: MySQL sees the new value of one that was assigned before, SQLite the old one.
 */
final class Fiko_Outbox {

	/**
	 * Changes of a product within this time after a note are noted together, in milliseconds.
	 */
	const REST_MS = 2000;

	/**
	 * A product that so many processes have died over is not read again before somebody asks for it.
	 */
	const STALLS = 3;

	/**
	 * When products were noted in this request, in milliseconds, by site and product.
	 *
	 * @var array<string,int>
	 */
	private static $noted = array();

	/**
	 * Products that changed again so soon after that the note is to be made once more, a little later: site and product.
	 *
	 * @var array<string,array{0:int,1:int}>
	 */
	private static $again = array();

	/**
	 * A product was changed: it is sent once it has rested.
	 *
	 * @param int  $id      Product.
	 * @param bool $at_once Without waiting for further edits.
	 */
	public static function note( $id, $at_once = false ) {
		$now = Fiko_Clock::now_ms();
		$key = get_current_blog_id() . ':' . $id;
		// An import may go on for hours.
		self::flush( $now - self::REST_MS );
		// One edit fires several hooks. The first is noted at once, so that nothing is lost if the request dies; it is
		// sent half a minute later, with what the others told of.
		if ( ! $at_once && isset( self::$noted[ $key ] ) && $now - self::$noted[ $key ] < self::REST_MS ) {
			self::$again[ $key ] = array( get_current_blog_id(), (int) $id );
			return;
		}
		unset( self::$again[ $key ], self::$noted[ $key ] );
		if ( ! self::write_note( $id, $now, $at_once ) ) {
			// The database may be back by the end of the request.
			self::$again[ $key ] = array( get_current_blog_id(), (int) $id );
		} elseif ( ! $at_once ) {
			if ( count( self::$noted ) >= 10000 ) {
				self::$noted = array_intersect_key( self::$noted, self::$again );
			}
			self::$noted[ $key ] = $now;
		}
	}

	/**
	 * Notes what changed again since its first note.
	 *
	 * @param int $before Only what was noted first before this, in milliseconds.
	 */
	public static function flush( $before = PHP_INT_MAX ) {
		foreach ( self::$again as $key => list( $blog, $id ) ) {
			if ( isset( self::$noted[ $key ] ) ? self::$noted[ $key ] > $before : PHP_INT_MAX !== $before ) {
				continue;
			}
			unset( self::$again[ $key ] );
			$is_elsewhere = get_current_blog_id() !== $blog;
			if ( $is_elsewhere ) {
				switch_to_blog( $blog );
			}
			if ( ! self::write_note( $id, Fiko_Clock::now_ms(), false ) ) {
				Fiko_Schedule::compare_soon();
			}
			if ( $is_elsewhere ) {
				restore_current_blog();
			}
		}
	}

	/**
	 * Writes one note and schedules its sending.
	 *
	 * @param int  $id      Product.
	 * @param int  $ms      Now, in milliseconds.
	 * @param bool $at_once Without waiting for further edits.
	 * @return bool Whether it is written.
	 */
	private static function write_note( $id, $ms, $at_once ) {
		global $wpdb;
		Fiko_Schema::ensure();
		if ( ! Fiko_Schema::is_made() ) {
			return false;
		}
		$table  = Fiko_Schema::table();
		$now    = intdiv( $ms, 1000 );
		$rest   = Fiko_Contract::TIMING['debounce'];
		$most   = Fiko_Contract::TIMING['debounce_at_most'];
		$insert = $wpdb->prepare( "INSERT IGNORE INTO `$table` (product_id) VALUES (%d)", $id );
		$update = $wpdb->prepare(
			"UPDATE `$table` SET
				due_at = CASE
					WHEN %d = 1 THEN %d
					WHEN due_at > 0 AND due_at <= %d AND claimed_until <= %d AND attempts = 0 THEN due_at
					WHEN pending_since = 0 OR attempts > 0 OR pending_since + %d > %d THEN %d
					WHEN pending_since + %d < %d THEN %d
					ELSE pending_since + %d END,
				pending_since = CASE WHEN pending_since = 0 OR attempts > 0 THEN %d ELSE pending_since END,
				attempts = 0,
				changed_at = CASE WHEN changed_at >= %d THEN changed_at + 1 ELSE %d END,
				revision = revision + 1,
				state = 'waiting',
				error = ''
			WHERE product_id = %d",
			$at_once ? 1 : 0,
			$now,
			$now,
			$now,
			$most,
			$now + $rest,
			$now + $rest,
			$most,
			$now,
			$now,
			$most,
			$now,
			$ms,
			$ms,
			$id
		);
		if ( ! Fiko_Database::upsert( $insert, $update, 1 ) && ( ! Fiko_Schema::mend() || ! Fiko_Database::upsert( $insert, $update, 1 ) ) ) {
			return false;
		}
		if ( $at_once ) {
			Fiko_Schedule::send_now( $id );
		} else {
			Fiko_Schedule::send_at( $id, $now + $rest );
		}
		return true;
	}

	/**
	 * Marks many products as to be sent now. No action is scheduled for them: whoever calls sends them, or sweeps.
	 *
	 * @param int[] $ids   Products.
	 * @param bool  $force Send also what the server is believed to have, under a new event id. What already waits
	 *                     keeps its own, as the server may have received it.
	 * @return bool Whether all are written.
	 */
	public static function note_many( array $ids, $force ) {
		global $wpdb;
		$table = Fiko_Schema::table();
		$ids   = array_unique( array_map( 'intval', $ids ) );
		$done  = true;
		// All processes in one order: they then wait for each other, and are not locked with each other.
		sort( $ids );
		foreach ( array_chunk( $ids, 500 ) as $some ) {
			$ms   = Fiko_Clock::now_ms();
			$now  = intdiv( $ms, 1000 );
			$list = implode( ',', $some );
			if ( $force ) {
				Fiko_Database::query( "UPDATE `$table` SET event_id = '', event_digest = '', acknowledged = 0 WHERE product_id IN ($list) AND pending_since = 0" );
			}
			$values = implode( '),(', $some );
			$noted  = Fiko_Database::upsert(
				"INSERT IGNORE INTO `$table` (product_id) VALUES ($values)",
				$wpdb->prepare(
					"UPDATE `$table` SET
						revision = revision + 1,
						changed_at = CASE
							WHEN pending_since > 0 THEN changed_at
							WHEN changed_at >= %d THEN changed_at + 1
							ELSE %d END,
						due_at = %d,
						pending_since = CASE WHEN pending_since = 0 THEN %d ELSE pending_since END,
						attempts = 0,
						state = 'waiting',
						error = ''
					WHERE product_id IN ($list)",
					$ms,
					$ms,
					$now,
					$now
				),
				count( $some )
			);
			$done   = $done && $noted;
		}
		if ( ! $done ) {
			Fiko_Schedule::compare_soon();
		}
		return $done;
	}

	/**
	 * Takes products that are due for sending: nobody else sends them until the claim ends. Those whose last claim came to
	 * nothing are left to `claim_suspect`.
	 *
	 * @param int[] $ids Products, or none for those that have waited longest.
	 * @param int   $limit At most so many.
	 * @return array<int,object> Rows by product.
	 */
	public static function claim( array $ids, $limit ) {
		return self::take( $ids, $limit, 0, 0 );
	}

	/**
	 * Takes a product whose last claim came to nothing. One at a time: whoever had it may have died over it, and what else
	 * is in the same hands waits until that claim ends.
	 *
	 * @param int[] $ids Products, or none for any.
	 * @return object|null Row.
	 */
	public static function claim_suspect( array $ids ) {
		$rows = self::take( $ids, 1, 1, PHP_INT_MAX );
		return $rows ? reset( $rows ) : null;
	}

	/**
	 * Claims products.
	 *
	 * @param int[] $ids   Products, or none for any.
	 * @param int   $limit At most so many.
	 * @param int   $least Claims of them that came to nothing: no fewer.
	 * @param int   $most  And no more.
	 * @return array<int,object> Rows by product.
	 */
	private static function take( array $ids, $limit, $least, $most ) {
		global $wpdb;
		$table = Fiko_Schema::table();
		$now   = Fiko_Clock::now();
		$claim = wp_generate_uuid4();
		$list  = implode( ',', array_map( 'intval', $ids ? $ids : array( 0 ) ) );
		// Those that failed least come first, so that one which cannot be read, or which the server cannot digest, holds up
		// nobody.
		$ids = $wpdb->get_col( $wpdb->prepare( "SELECT product_id FROM `$table` WHERE due_at > 0 AND due_at <= %d AND claimed_until <= %d AND product_id > 0 AND (%d = 0 OR product_id IN ($list)) AND stalls BETWEEN %d AND %d ORDER BY stalls, attempts, due_at, product_id LIMIT %d", $now, $now, count( $ids ), $least, $most, $limit ) );
		if ( ! $ids ) {
			return array();
		}
		$list = implode( ',', array_map( 'intval', $ids ) );
		Fiko_Database::query( $wpdb->prepare( "UPDATE `$table` SET claimed_by = %s, claimed_until = %d, stalls = stalls + 1 WHERE product_id IN ($list) AND due_at > 0 AND due_at <= %d AND claimed_until <= %d AND stalls BETWEEN %d AND %d", $claim, $now + Fiko_Contract::TIMING['claim'], $now, $now, $least, $most ) );
		return self::keyed( $wpdb->get_results( $wpdb->prepare( "SELECT * FROM `$table` WHERE product_id IN ($list) AND claimed_by = %s", $claim ) ) );
	}

	/**
	 * The id under which a product's state is sent: the same while the same state is being tried.
	 *
	 * @param object $row    Claimed row; its event_* are set.
	 * @param string $digest Of the state that is to be sent.
	 * @return bool Whether it is written down, and the product still in these hands; otherwise it must not be sent.
	 */
	public static function begin_event( $row, $digest ) {
		global $wpdb;
		$is_retry = '' !== $row->event_id && ! (int) $row->acknowledged && $row->event_digest === $digest && (int) $row->event_at >= (int) $row->changed_at;
		if ( ! $is_retry ) {
			$row->event_id     = sprintf( 'wc_%d_%s_%s', $row->product_id, base_convert( (string) Fiko_Clock::now_ms(), 10, 36 ), bin2hex( random_bytes( 5 ) ) );
			$row->event_digest = $digest;
			$row->event_at     = (int) $row->changed_at;
		}
		$row->acknowledged = 0;
		// Before it is sent: an answer that is lost must not leave us believing that the server has what it had before.
		return (bool) Fiko_Database::query(
			$wpdb->prepare(
				'UPDATE `' . Fiko_Schema::table() . '` SET event_id = %s, event_digest = %s, event_at = %d, acknowledged = 0, attempts = attempts + 1 WHERE product_id = %d AND claimed_by = %s',
				$row->event_id,
				$row->event_digest,
				$row->event_at,
				$row->product_id,
				$row->claimed_by
			)
		);
	}

	/**
	 * The server has taken in the event.
	 *
	 * @param object $row        Claimed row.
	 * @param bool   $is_deletion The event was a deletion.
	 */
	public static function acknowledge( $row, $is_deletion ) {
		$now = Fiko_Clock::now();
		self::settle(
			$row,
			array(
				'acknowledged' => 1,
				'known'        => $is_deletion ? 0 : 1,
				'refresh_at'   => $is_deletion ? 0 : $now + Fiko_Contract::TIMING['refresh_delays'][0],
				'refreshes'    => 0,
			),
			array(
				'state'      => $is_deletion ? 'excluded' : 'waiting',
				'state_at'   => $now,
				'error_code' => '',
				'error'      => '',
			)
		);
	}

	/**
	 * There is nothing to be sent: the server has this state.
	 *
	 * @param object $row Claimed row.
	 */
	public static function unchanged( $row ) {
		$is_deletion = Fiko_Payload::DELETED === $row->event_digest;
		self::settle(
			$row,
			array( 'refresh_at' => $is_deletion ? 0 : Fiko_Clock::now() ),
			array( 'state' => $is_deletion ? 'excluded' : 'waiting' )
		);
	}

	/**
	 * The product is none of ours, and never was.
	 *
	 * @param object $row Claimed row.
	 */
	public static function drop( $row ) {
		global $wpdb;
		Fiko_Database::query( $wpdb->prepare( 'DELETE FROM `' . Fiko_Schema::table() . '` WHERE product_id = %d AND revision = %d', $row->product_id, $row->revision ) );
	}

	/**
	 * It cannot be sent as it is; until it changes, or somebody asks for it, it is not tried again.
	 *
	 * @param object $row    Claimed row.
	 * @param string $code   Stable name of the reason.
	 * @param string $reason For people.
	 */
	public static function refuse( $row, $code, $reason ) {
		$reason = self::text( $reason );
		self::settle(
			$row,
			array(),
			array(
				'state'      => 'failed',
				'state_at'   => Fiko_Clock::now(),
				'error_code' => $code,
				'error'      => $reason,
				'refresh_at' => 0,
			)
		);
	}

	/**
	 * It was not received: try again later, or give up after days.
	 *
	 * @param object $row    Claimed row.
	 * @param int    $delay  Seconds.
	 * @param string $code   Stable name of the reason.
	 * @param string $reason For people.
	 */
	public static function retry( $row, $delay, $code, $reason ) {
		global $wpdb;
		$now    = Fiko_Clock::now();
		$reason = self::text( $reason );
		if ( $now - (int) $row->pending_since > Fiko_Contract::TIMING['give_up_after'] ) {
			// Given up by itself, a product is taken up again when the server is back; one that it cannot digest is not.
			/* translators: %s: reason of the last try */
			self::refuse( $row, 'server_error' === $code || 'no_verdict' === $code ? $code : 'gave_up', sprintf( __( 'Given up after three days of trying. %s', 'fiko-woocommerce-sync' ), $reason ) );
			return;
		}
		foreach ( array( $reason, '' ) as $text ) {
			$written = Fiko_Database::query(
				$wpdb->prepare(
					'UPDATE `' . Fiko_Schema::table() . "` SET due_at = CASE WHEN revision = %d THEN %d ELSE due_at END, error_code = %s, error = %s, stalls = 0, claimed_by = '', claimed_until = 0 WHERE product_id = %d AND claimed_by = %s",
					$row->revision,
					$now + $delay,
					$code,
					$text,
					$row->product_id,
					$row->claimed_by
				)
			);
			if ( false !== $written ) {
				return;
			}
			// The database does not take the text; what it says matters less than that the product waits.
		}
	}

	/**
	 * The server did not look at it; the product waits, and nothing is held against it.
	 *
	 * @param object $row Claimed row.
	 */
	public static function put_back( $row ) {
		global $wpdb;
		Fiko_Database::query(
			$wpdb->prepare(
				'UPDATE `' . Fiko_Schema::table() . "` SET attempts = CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END, stalls = 0, claimed_by = '', claimed_until = 0 WHERE product_id = %d AND claimed_by = %s",
				$row->product_id,
				$row->claimed_by
			)
		);
	}

	/**
	 * The server is back: what waited for that is due, but for what failed again and again by itself.
	 *
	 * @param bool $was_long Whether it was away for so long that products may have been given up meanwhile.
	 */
	public static function hurry( $was_long ) {
		if ( ! Fiko_Schema::is_made() ) {
			return;
		}
		global $wpdb;
		$table = Fiko_Schema::table();
		$now   = Fiko_Clock::now();
		Fiko_Database::query( $wpdb->prepare( "UPDATE `$table` SET due_at = %d WHERE due_at > %d AND attempts <= 2 AND error_code IN ('unreachable', 'not_fiko', 'redirect')", $now, $now + Fiko_Contract::TIMING['debounce'] ) );
		$given_up = $was_long ? self::failed( 'gave_up' ) : array();
		if ( $given_up ) {
			self::note_many( $given_up, false );
		}
	}

	/**
	 * Lets go of a row without a word on it.
	 *
	 * @param object $row   Claimed row.
	 * @param int    $delay Seconds after which it is due again; 0 leaves that as it is.
	 */
	public static function release( $row, $delay = 0 ) {
		global $wpdb;
		Fiko_Database::query(
			$wpdb->prepare(
				'UPDATE `' . Fiko_Schema::table() . "` SET due_at = CASE WHEN revision = %d AND %d > 0 THEN %d ELSE due_at END, stalls = 0, claimed_by = '', claimed_until = 0 WHERE product_id = %d AND claimed_by = %s",
				$row->revision,
				$delay,
				Fiko_Clock::now() + $delay,
				$row->product_id,
				$row->claimed_by
			)
		);
	}

	/**
	 * Ends a claim. What changed since it began stays to be sent.
	 *
	 * @param object              $row        Claimed row.
	 * @param array<string,mixed> $always     Columns to be set in any case, if the row's event is still this one.
	 * @param array<string,mixed> $if_current Columns that tell of the product's present state: left alone where it
	 *                                        has changed since.
	 */
	private static function settle( $row, array $always, array $if_current ) {
		$table = Fiko_Schema::table();
		if ( $always ) {
			Fiko_Database::update(
				$table,
				$always,
				array(
					'product_id' => $row->product_id,
					'event_id'   => $row->event_id,
				)
			);
		}
		// One that was given up unread stays under suspicion: it is tried once more when somebody asks for it, and alone.
		$is_unread = isset( $if_current['error_code'] ) && 'unreadable' === $if_current['error_code'] && (int) $row->stalls > self::STALLS;
		$settled   = Fiko_Database::update(
			$table,
			$if_current + array(
				'due_at'        => 0,
				'pending_since' => 0,
				'attempts'      => 0,
				'stalls'        => $is_unread ? self::STALLS - 1 : 0,
				'claimed_by'    => '',
				'claimed_until' => 0,
			),
			array(
				'product_id' => $row->product_id,
				'revision'   => $row->revision,
				'claimed_by' => $row->claimed_by,
			)
		);
		if ( false === $settled && isset( $if_current['error'] ) && '' !== $if_current['error'] ) {
			// The database does not take the text; what it says matters less than that the product rests.
			self::settle( $row, array(), array( 'error' => '' ) + $if_current );
		} elseif ( ! $settled ) {
			self::release( $row );
		}
	}

	/**
	 * What the server says of a product. It speaks of what it has taken in, and knows nothing of a later state that was
	 * refused or could not be sent: that the product failed stays so until it is sent again.
	 *
	 * @param int    $id      Product.
	 * @param string $state   One of Fiko_Contract::STATES.
	 * @param int    $at      When it came to be so, or 0.
	 * @param string $error   Reason of a failure.
	 * @param int    $delay   Seconds until to ask again; 0 for never.
	 */
	public static function report( $id, $state, $at, $error, $delay ) {
		global $wpdb;
		$table   = Fiko_Schema::table();
		$written = Fiko_Database::query(
			$wpdb->prepare(
				"UPDATE `$table` SET state = %s, state_at = %d, error_code = %s, error = %s, refresh_at = %d, refreshes = refreshes + 1 WHERE product_id = %d AND pending_since = 0 AND (state <> 'failed' OR error_code = 'processing')",
				$state,
				$at,
				'failed' === $state ? 'processing' : '',
				$error,
				$delay > 0 ? Fiko_Clock::now() + $delay : 0,
				$id
			)
		);
		if ( false === $written && '' !== $error ) {
			// The database does not take the text.
			self::report( $id, $state, $at, '', $delay );
		}
	}

	/**
	 * Makes a row for a product that something else has sent.
	 *
	 * @param int $id Product.
	 */
	public static function adopt( $id ) {
		global $wpdb;
		Fiko_Database::query( $wpdb->prepare( 'INSERT IGNORE INTO `' . Fiko_Schema::table() . '` (product_id, known) VALUES (%d, 1)', $id ) );
	}

	/**
	 * Rows by product.
	 *
	 * @param int[] $ids Products.
	 * @return array<int,object>
	 */
	public static function rows( array $ids ) {
		global $wpdb;
		if ( ! $ids || ! Fiko_Schema::is_made() ) {
			return array();
		}
		$list = implode( ',', array_map( 'intval', $ids ) );
		return self::keyed( $wpdb->get_results( 'SELECT * FROM `' . Fiko_Schema::table() . "` WHERE product_id IN ($list) AND product_id > 0" ) );
	}

	/**
	 * Products without those that were given up as processes died over them: nobody asked for them anew.
	 *
	 * @param int[] $ids Products.
	 * @return int[]
	 */
	public static function without_unreadable( array $ids ) {
		$left = array();
		foreach ( array_chunk( $ids, 500 ) as $some ) {
			$rows = self::rows( $some );
			foreach ( $some as $id ) {
				if ( ! isset( $rows[ $id ] ) || 'failed' !== $rows[ $id ]->state || 'unreadable' !== $rows[ $id ]->error_code || 0 === (int) $rows[ $id ]->stalls ) {
					$left[] = $id;
				}
			}
		}
		return $left;
	}

	/**
	 * One row.
	 *
	 * @param int $id Product.
	 * @return object|null
	 */
	public static function row( $id ) {
		$rows = self::rows( array( $id ) );
		return $rows ? reset( $rows ) : null;
	}

	/**
	 * Takes products of which the server is to be asked. They come up again after a while, should the asking come to
	 * nothing.
	 *
	 * @param int $limit At most so many.
	 * @return int[]
	 */
	public static function take_to_refresh( $limit ) {
		global $wpdb;
		$table = Fiko_Schema::table();
		$now   = Fiko_Clock::now();
		$ids   = array_map( 'intval', $wpdb->get_col( $wpdb->prepare( "SELECT product_id FROM `$table` WHERE refresh_at > 0 AND refresh_at <= %d AND pending_since = 0 ORDER BY refresh_at LIMIT %d", $now, $limit ) ) );
		if ( $ids ) {
			$list = implode( ',', $ids );
			Fiko_Database::query( $wpdb->prepare( "UPDATE `$table` SET refresh_at = %d WHERE product_id IN ($list)", $now + Fiko_Contract::TIMING['claim'] ) );
		}
		return $ids;
	}

	/**
	 * When the server is to be asked next, or 0.
	 *
	 * @return int
	 */
	public static function next_refresh() {
		global $wpdb;
		if ( ! Fiko_Schema::is_made() ) {
			return 0;
		}
		return (int) $wpdb->get_var( 'SELECT MIN(refresh_at) FROM `' . Fiko_Schema::table() . '` WHERE refresh_at > 0 AND pending_since = 0' );
	}

	/**
	 * Products that are due.
	 *
	 * @param int $limit At most so many.
	 * @return int[]
	 */
	public static function due( $limit ) {
		global $wpdb;
		return array_map( 'intval', $wpdb->get_col( $wpdb->prepare( 'SELECT product_id FROM `' . Fiko_Schema::table() . '` WHERE due_at > 0 AND due_at <= %d ORDER BY attempts, due_at, product_id LIMIT %d', Fiko_Clock::now(), $limit ) ) );
	}

	/**
	 * Products that failed.
	 *
	 * @param string $code Only those of this reason; '' for all.
	 * @return int[]
	 */
	public static function failed( $code = '' ) {
		global $wpdb;
		$table = Fiko_Schema::table();
		$ids   = '' === $code
			? $wpdb->get_col( "SELECT product_id FROM `$table` WHERE state = 'failed'" )
			: $wpdb->get_col( $wpdb->prepare( "SELECT product_id FROM `$table` WHERE state = 'failed' AND error_code = %s", $code ) );
		return array_map( 'intval', $ids );
	}

	/**
	 * Another server, or another account, knows nothing of what was sent to the one before.
	 */
	public static function forget_what_was_sent() {
		if ( ! Fiko_Schema::is_made() ) {
			return;
		}
		$table = Fiko_Schema::table();
		Fiko_Database::query( "UPDATE `$table` SET event_id = '', event_digest = '', acknowledged = 0, known = 0, refresh_at = 0, revision = revision + 1" );
		Fiko_Database::query( "UPDATE `$table` SET state = 'never', error = '', error_code = '' WHERE pending_since = 0 AND product_id > 0" );
	}

	/**
	 * Forgets what was sent, and sends it again where something had been.
	 */
	public static function begin_anew() {
		global $wpdb;
		if ( ! Fiko_Schema::is_made() ) {
			return;
		}
		$was_known = (int) $wpdb->get_var( 'SELECT COUNT(*) FROM `' . Fiko_Schema::table() . '` WHERE known = 1' );
		self::forget_what_was_sent();
		if ( $was_known > 0 ) {
			Fiko_Bulk_Sync::start();
		}
	}

	/**
	 * A reason as the database takes it.
	 *
	 * @param string $reason Reason.
	 * @return string
	 */
	private static function text( $reason ) {
		return mb_substr( (string) json_decode( Fiko_Json::encode( (string) $reason ) ), 0, 1000 );
	}

	/**
	 * Rows by product.
	 *
	 * @param object[]|null $rows Rows.
	 * @return array<int,object>
	 */
	private static function keyed( $rows ) {
		$keyed = array();
		foreach ( (array) $rows as $row ) {
			$keyed[ (int) $row->product_id ] = $row;
		}
		return $keyed;
	}
}
