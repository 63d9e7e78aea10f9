<?php
/**
 * The shop's settings.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Address, token and switches, as the owner entered them.
 */
final class Fiko_Settings {

	/**
	 * The server's address without the path of its shop API; '' where none is set.
	 *
	 * @return string
	 */
	public static function api_url() {
		return self::normal_url( (string) get_option( Fiko_Contract::OPTIONS['api_url'], '' ) );
	}

	/**
	 * The integration token, from wp-config.php or from the settings.
	 *
	 * @return string
	 */
	public static function token() {
		return self::token_is_locked() ? trim( (string) FIKO_WC_API_TOKEN ) : trim( (string) get_option( Fiko_Contract::OPTIONS['api_token'], '' ) );
	}

	/**
	 * Whether wp-config.php says the token.
	 *
	 * @return bool
	 */
	public static function token_is_locked() {
		return defined( 'FIKO_WC_API_TOKEN' ) && '' !== trim( (string) FIKO_WC_API_TOKEN );
	}

	/**
	 * The key that requests are signed with, or ''.
	 *
	 * @return string
	 */
	public static function signing_secret() {
		return trim( (string) get_option( Fiko_Contract::OPTIONS['signing_secret'], '' ) );
	}

	/**
	 * Whether what happens is written to WooCommerce's log.
	 *
	 * @return bool
	 */
	public static function is_logging() {
		return in_array( get_option( Fiko_Contract::OPTIONS['logging'], 'no' ), array( 'yes', '1', 1, true ), true );
	}

	/**
	 * Makes the next reading of an option see what other processes have written meanwhile.
	 *
	 * @param string $option Name.
	 */
	public static function forget_cached( $option ) {
		wp_cache_delete( $option, 'options' );
		$missing = wp_cache_get( 'notoptions', 'options' );
		if ( is_array( $missing ) && isset( $missing[ $option ] ) ) {
			unset( $missing[ $option ] );
			wp_cache_set( 'notoptions', $missing, 'options' );
		}
	}

	/**
	 * Whether there is an address and a token.
	 *
	 * @return bool
	 */
	public static function is_connected() {
		return '' !== self::api_url() && '' !== self::token();
	}

	/**
	 * The address that the server knows the shop by. Not `home_url()`, which plugins for several languages change from
	 * page to page.
	 *
	 * @return string
	 */
	public static function site() {
		return untrailingslashit( (string) get_option( 'home' ) );
	}

	/**
	 * The address that the shop had when it was connected; '' where it never was.
	 *
	 * @return string
	 */
	public static function known_site() {
		$known = (string) get_option( Fiko_Contract::OPTIONS['site'], '' );
		return '' === $known || false !== strpos( $known, '://' ) ? $known : (string) base64_decode( $known, true );
	}

	/**
	 * Keeps the shop's present address. Encoded, since whoever copies a shop replaces its address wherever it is found in
	 * the database, and a copy must not take itself for the shop.
	 */
	public static function remember_site() {
		update_option( Fiko_Contract::OPTIONS['site'], base64_encode( self::site() ), false );
	}

	/**
	 * Takes over what an earlier plugin saved under the same names: it knew no address of the shop, and had the token
	 * loaded with every page.
	 */
	public static function take_over() {
		$known = (string) get_option( Fiko_Contract::OPTIONS['site'], '' );
		if ( false !== strpos( $known, '://' ) ) {
			update_option( Fiko_Contract::OPTIONS['site'], base64_encode( $known ), false );
		}
		if ( ! self::is_connected() || '' !== $known ) {
			return;
		}
		self::remember_site();
		$token = get_option( Fiko_Contract::OPTIONS['api_token'], '' );
		if ( '' !== $token ) {
			delete_option( Fiko_Contract::OPTIONS['api_token'] );
			add_option( Fiko_Contract::OPTIONS['api_token'], $token, '', false );
		}
	}

	/**
	 * Whether the shop has another address than when it was connected, as a copy of it has.
	 *
	 * @return bool
	 */
	public static function has_moved() {
		$known = self::known_site();
		return '' !== $known && self::without_scheme( $known ) !== self::without_scheme( self::site() );
	}

	/**
	 * Takes the settings page's form.
	 *
	 * @param array<string,mixed> $given api_url, api_token, signing_secret, remove_signing_secret, enable_logging; what
	 *                                   is left out stays. confirm_site: the shop has moved to its present address,
	 *                                   and is no copy.
	 * @return array<string,string> What is wrong, by field; none where it was saved.
	 */
	public static function save( array $given ) {
		$wrong = self::check( $given );
		if ( $wrong ) {
			return $wrong;
		}
		$before = array( self::api_url(), self::token(), self::signing_secret(), self::known_site() );
		if ( isset( $given['api_token'] ) && '' !== trim( (string) $given['api_token'] ) && ! self::token_is_locked() ) {
			update_option( Fiko_Contract::OPTIONS['api_token'], trim( (string) $given['api_token'] ), false );
			if ( self::token() !== trim( (string) $given['api_token'] ) ) {
				return array( 'api_token' => __( 'The database did not take the token. Nothing else was saved.', 'fiko-woocommerce-sync' ) );
			}
		}
		// After its token: at no moment does another server have the one before.
		if ( isset( $given['api_url'] ) ) {
			update_option( Fiko_Contract::OPTIONS['api_url'], self::normal_url( (string) $given['api_url'] ), false );
		}
		if ( ! empty( $given['remove_signing_secret'] ) ) {
			delete_option( Fiko_Contract::OPTIONS['signing_secret'] );
		} elseif ( isset( $given['signing_secret'] ) && '' !== trim( (string) $given['signing_secret'] ) ) {
			update_option( Fiko_Contract::OPTIONS['signing_secret'], trim( (string) $given['signing_secret'] ), false );
		}
		if ( isset( $given['enable_logging'] ) ) {
			update_option( Fiko_Contract::OPTIONS['logging'], $given['enable_logging'] ? 'yes' : 'no', false );
		}
		if ( '' === $before[3] || ! self::has_moved() || ! empty( $given['confirm_site'] ) ) {
			self::remember_site();
		}
		$is_elsewhere = ( '' !== $before[0] && self::api_url() !== $before[0] ) || ( '' !== $before[3] && self::without_scheme( $before[3] ) !== self::without_scheme( self::known_site() ) );
		if ( $is_elsewhere ) {
			// Another server, or this one of a shop by another address, knows nothing of what was sent.
			delete_option( Fiko_Contract::OPTIONS['account'] );
			Fiko_Outbox::begin_anew();
		}
		if ( array( self::api_url(), self::token(), self::signing_secret(), self::known_site() ) !== $before ) {
			Fiko_Gate::open();
			Fiko_Schedule::sweep_now();
		}
		return array();
	}

	/**
	 * What is wrong with values of the form, saved or not.
	 *
	 * @param array<string,mixed> $given As for `save`.
	 * @return array<string,string> By field.
	 */
	public static function check( array $given ) {
		$wrong = array();
		if ( isset( $given['api_url'] ) && '' !== trim( (string) $given['api_url'] ) && '' === self::normal_url( (string) $given['api_url'] ) ) {
			$wrong['api_url'] = __( 'Enter the address of your Fiko server, for example https://fiko.example.com.', 'fiko-woocommerce-sync' );
		}
		$token = isset( $given['api_token'] ) ? trim( (string) $given['api_token'] ) : '';
		if ( '' !== $token && ! preg_match( '/^[\x21-\x7e]{8,200}$/', $token ) ) {
			$wrong['api_token'] = __( 'This is not a token. Copy it again, whole and without spaces.', 'fiko-woocommerce-sync' );
		}
		$asked = isset( $given['api_url'] ) ? self::normal_url( (string) $given['api_url'] ) : '';
		// Whoever may change the address must not learn the token by it.
		if ( isset( $given['api_url'] ) && '' !== self::token() && ! self::is_same_server( $asked ) ) {
			// Of a network there is one wp-config.php, and it is not the administrators' of its sites.
			if ( self::token_is_locked() && ( '' !== $asked || '' !== self::api_url() ) && ! current_user_can( is_multisite() ? 'manage_network_options' : 'manage_options' ) ) {
				$wrong['api_url'] = __( 'The token is set in wp-config.php: only an administrator may change the server that gets it.', 'fiko-woocommerce-sync' );
			} elseif ( '' !== $asked && '' === $token && ! self::token_is_locked() ) {
				$wrong['api_token'] = __( 'This is another server: enter its token.', 'fiko-woocommerce-sync' );
			}
		}
		$secret = isset( $given['signing_secret'] ) ? trim( (string) $given['signing_secret'] ) : '';
		foreach ( preg_split( '/\s+/', $secret, -1, PREG_SPLIT_NO_EMPTY ) as $one ) {
			if ( null !== Fiko_Client::signing_key( $one ) ) {
				continue;
			}
			$wrong['signing_secret'] = __( 'This is not a signing secret. It begins with whsec_.', 'fiko-woocommerce-sync' );
		}
		return $wrong;
	}

	/**
	 * Whether an address is of the server that has the token already; there is none while no address is saved.
	 *
	 * @param string $url Normal address.
	 * @return bool
	 */
	private static function is_same_server( $url ) {
		$origins = array();
		foreach ( array( self::api_url(), $url ) as $address ) {
			$parts     = wp_parse_url( $address ) + array(
				'scheme' => '',
				'host'   => '',
			);
			$port      = 'https' === $parts['scheme'] ? 443 : 80;
			$origins[] = $parts['scheme'] . '://' . $parts['host'] . ':' . ( isset( $parts['port'] ) ? $parts['port'] : $port );
		}
		list( $saved, $asked ) = $origins;
		// From http to https the token only becomes safer.
		return '' !== self::api_url() && ( $saved === $asked || preg_replace( '#^http:(.*):80$#', 'https:$1:443', $saved ) === $asked );
	}

	/**
	 * Takes the server's root, or the address of its shop API, with or without a slash at the end.
	 *
	 * @param string $url As it was entered.
	 * @return string Without the path of the API and without a slash; '' where it is no web address.
	 */
	public static function normal_url( $url ) {
		$url = trim( $url );
		if ( '' !== $url && ! preg_match( '#^[a-z][a-z0-9+.-]*://#i', $url ) ) {
			$url = 'https://' . $url;
		}
		$parts = wp_parse_url( $url );
		if ( ! $parts || empty( $parts['host'] ) || ! in_array( strtolower( $parts['scheme'] ), array( 'http', 'https' ), true ) || isset( $parts['user'] ) || isset( $parts['pass'] ) ) {
			return '';
		}
		if ( ! preg_match( '/^[\p{L}\p{N}.:\[\]_-]+$/u', $parts['host'] ) ) {
			return '';
		}
		$path = isset( $parts['path'] ) ? $parts['path'] : '';
		if ( preg_match( '/[\s<>"\'\\\\]/', $path ) ) {
			return '';
		}
		$path = preg_replace( '#/' . preg_quote( Fiko_Contract::API['base'], '#' ) . '(/.*)?$#', '', $path );
		return strtolower( $parts['scheme'] ) . '://' . strtolower( $parts['host'] ) . ( isset( $parts['port'] ) ? ':' . $parts['port'] : '' ) . rtrim( $path, '/' );
	}

	/**
	 * A shop that moves from http to https is the same shop.
	 *
	 * @param string $url Address.
	 * @return string
	 */
	private static function without_scheme( $url ) {
		return preg_replace( '#^https?://(www\.)?#i', '', untrailingslashit( strtolower( $url ) ) );
	}
}
