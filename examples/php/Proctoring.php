<?php
// A client of the Batch Provision endpoint: tokens, retries, refusals, and sign-on tokens that are verified.
declare(strict_types=1);

/** The server understood the call and will not do it; `errors` says what is wrong, each at its place. */
final class Refused extends RuntimeException
{
    public readonly array $errors;
    public readonly string $reason;

    public function __construct(public readonly int $status, array $answer)
    {
        $this->errors = $answer['errors'] ?? [];
        $this->reason = $answer['code'] ?? $answer['error'] ?? '';
        parent::__construct("$status {$this->reason}: " . ($answer['message'] ?? $answer['error_description'] ?? ''));
    }
}

/** One install, reached by the client of one integration. */
final class Proctoring
{
    private const BUSY = [429, 503];
    private const ATTEMPTS = 5;
    private string $token = '';
    private float $expires = 0.0;
    private CurlHandle $curl;

    public function __construct(
        public readonly string $url,
        public readonly string $install,
        private readonly string $clientId,
        private readonly string $clientSecret,
    ) {
        $this->curl = curl_init();
    }

    /** An access token; another one a minute before it dies. */
    public function token(): string
    {
        if (microtime(true) > $this->expires - 60) {
            $halves = urlencode($this->clientId) . ':' . urlencode($this->clientSecret); // RFC 6749 section 2.3.1
            [$status, $answer] = $this->sent('POST', '/oidc/token', 'grant_type=client_credentials', [
                'Authorization: Basic ' . base64_encode($halves),
                'Content-Type: application/x-www-form-urlencoded',
            ]);
            if ($status !== 200) {
                throw new Refused($status, $answer);
            }
            $this->token = $answer['access_token'];
            $this->expires = microtime(true) + $answer['expires_in'];
        }
        return $this->token;
    }

    /** Create, find or update everything in a body. May be called again: identifiers make it safe. */
    public function provision(array $body): array
    {
        return $this->call('POST', "/v2/installs/{$this->install}/provision", $body);
    }

    /** The JSON of an answer. A token that was refused is renewed once. */
    public function call(string $method, string $path, ?array $body = null): mixed
    {
        foreach ([false, true] as $renewed) {
            $text = $body === null ? null : json_encode($body, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES);
            $headers = ["Authorization: Bearer {$this->token()}", 'Content-Type: application/json'];
            [$status, $answer] = $this->sent($method, $path, $text, $headers);
            if ($status !== 401 || $renewed) {
                break;
            }
            $this->expires = 0.0;
        }
        if ($status !== 200) {
            throw new Refused($status, $answer);
        }
        return $answer;
    }

    /** The claims of a sign-on token, if a published key signed it for this audience and it lives. */
    public function verified(string $token, string $audience): array
    {
        [$head, $claims, $signature] = explode('.', $token);
        $header = json_decode(bytes($head), true, flags: JSON_THROW_ON_ERROR);
        [, $published] = $this->sent('GET', '/oidc/jwks', null, []);
        $keys = array_column($published['keys'], null, 'kid');
        if ($header['alg'] !== 'RS256' || !isset($keys[$header['kid']])) {
            throw new RuntimeException('no published key has signed this');
        }
        $key = pem(bytes($keys[$header['kid']]['n']), bytes($keys[$header['kid']]['e']));
        if (openssl_verify("$head.$claims", bytes($signature), $key, OPENSSL_ALGO_SHA256) !== 1) {
            throw new RuntimeException('the signature is not that of the published key');
        }
        $told = json_decode(bytes($claims), true, flags: JSON_THROW_ON_ERROR);
        if ($told['iss'] !== "{$this->url}/oidc" || $told['aud'] !== $audience || $told['exp'] < time()) {
            throw new RuntimeException('the token is of another issuer, for another audience, or too old');
        }
        return $told;
    }

    /** Status and JSON. A busy server is asked again when it says; so is one whose answer was lost. */
    private function sent(string $method, string $path, ?string $body, array $headers): array
    {
        for ($attempt = 1;; $attempt++) {
            $again = '1';
            curl_reset($this->curl);
            curl_setopt_array($this->curl, [
                CURLOPT_URL => $this->url . $path,
                CURLOPT_CUSTOMREQUEST => $method,
                CURLOPT_RETURNTRANSFER => true,
                CURLOPT_TIMEOUT => 10,
                CURLOPT_PROXY => '',
                CURLOPT_HTTPHEADER => $headers,
                CURLOPT_HEADERFUNCTION => function ($curl, string $line) use (&$again): int {
                    if (stripos($line, 'Retry-After:') === 0) {
                        $again = trim(substr($line, 12));
                    }
                    return strlen($line);
                },
            ] + ($body === null ? [] : [CURLOPT_POSTFIELDS => $body]));
            $text = curl_exec($this->curl);
            $status = curl_getinfo($this->curl, CURLINFO_RESPONSE_CODE);
            $last = $attempt === self::ATTEMPTS;
            if ($text !== false && ($last || !in_array($status, self::BUSY, true))) {
                return [$status, json_decode($text, true, flags: JSON_THROW_ON_ERROR)];
            }
            if ($text === false && $last) {
                throw new RuntimeException("no answer from {$this->url}: " . curl_error($this->curl));
            }
            usleep((int) (1e6 * ($text === false ? 0.2 * 2 ** $attempt : pause($again))));
        }
    }
}

/** Seconds to wait (RFC 9110 section 10.2.3: a number, or a date). */
function pause(string $retryAfter): float
{
    $wait = is_numeric($retryAfter) ? (float) $retryAfter : strtotime($retryAfter) - microtime(true);
    return min(max($wait, 0.0), 60.0);
}

function bytes(string $base64url): string
{
    return base64_decode(strtr($base64url, '-_', '+/'));
}

/** An RSA key in the form that OpenSSL reads (RFC 8017 appendix A.1.1, in the frame of RFC 5280). */
function pem(string $modulus, string $exponent): string
{
    $der = fn (string $tag, string $content): string => $tag . match (true) {
        strlen($content) < 128 => chr(strlen($content)),
        default => "\x82" . pack('n', strlen($content)),
    } . $content;
    $integers = $der("\x02", "\x00$modulus") . $der("\x02", $exponent);
    $algorithm = hex2bin('300d06092a864886f70d0101010500');
    $info = $der("\x30", $algorithm . $der("\x03", "\x00" . $der("\x30", $integers)));
    return "-----BEGIN PUBLIC KEY-----\n" . chunk_split(base64_encode($info), 64, "\n") . "-----END PUBLIC KEY-----\n";
}
