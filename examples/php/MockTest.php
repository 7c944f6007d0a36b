<?php
// Tests of a client against the mock, each with an install of its own: phpunit MockTest.php (PHPUnit 9 or newer, ext-curl).
// MOCK is the URL of the mock; CONTROL_TOKEN its control token, which only another machine needs.
declare(strict_types=1);

use PHPUnit\Framework\TestCase;

final class MockTest extends TestCase
{
    private array $install;

    protected function setUp(): void
    {
        $this->install = $this->control('POST', '/installs');
    }

    protected function tearDown(): void
    {
        $this->control('DELETE', '/installs/' . $this->install['install']);
    }

    public function testACourseIsCreatedAndFoundAgain(): void
    {
        $this->assertSame('Created', $this->provision()[1]['course']['result']);
        $this->assertSame('Found Existing', $this->provision()[1]['course']['result']);
        $match = ['operation' => 'provision', 'body' => ['/course/ids/lms' => 'moodle-42']];
        $this->control('POST', '/verify', ['install' => $this->install['install'], 'match' => $match, 'exactly' => 2]);
    }

    public function testABusyServerIsAskedAgain(): void
    {
        $this->weather(['status' => 503, 'retryAfter' => 0]);
        $this->assertSame(200, $this->provision()[0]);
        $this->assertSame(2, $this->control('GET', '/journal/count?install=' . $this->install['install'])['count']);
    }

    public function testAnAnswerIsLostAfterTheCommit(): void
    {
        $this->weather(['close' => 'after-commit']);
        try {
            $this->provision();
            $this->fail('There was an answer.');
        } catch (RuntimeException) {
            $state = $this->control('GET', '/state?install=' . $this->install['install']);
            $this->assertCount(1, $state['resources']);
        }
    }

    public function testATokenExpires(): void
    {
        $this->control('POST', '/clock/advance?install=' . $this->install['install'], ['days' => 2]);
        $this->assertSame(403, $this->provision()[0]);
    }

    /** Lets something happen to the next call of this test's install. */
    private function weather(array $then): void
    {
        $match = ['install' => $this->install['install']];
        $this->control('POST', '/weather', ['match' => $match, 'then' => $then, 'times' => 1]);
    }

    /** The client under test: asks once more when the server is busy. */
    private function provision(): array
    {
        $course = ['ids' => ['lms' => 'moodle-42'], 'title' => 'Astronomy', 'code' => 'AST-1'];
        $path = '/v2/installs/' . $this->install['install'] . '/provision';
        $token = ['token: ' . $this->install['token']];
        $answer = $this->send('POST', $path, ['course' => $course], $token);
        return $answer[0] === 503 ? $this->send('POST', $path, ['course' => $course], $token) : $answer;
    }

    private function control(string $method, string $path, ?array $body = null): array
    {
        $token = getenv('CONTROL_TOKEN');
        $headers = $token ? ['Authorization: Bearer ' . $token] : [];
        [$status, $told] = $this->send($method, '/_invigilate' . $path, $body, $headers);
        $this->assertLessThan(400, $status, $told['message'] ?? '');
        return $told;
    }

    /** @return array{int, array} the status and the JSON of an answer */
    private function send(string $method, string $path, ?array $body, array $headers): array
    {
        $request = curl_init((getenv('MOCK') ?: 'http://127.0.0.1:8400') . $path);
        curl_setopt_array($request, [CURLOPT_CUSTOMREQUEST => $method, CURLOPT_RETURNTRANSFER => true]);
        if ($body !== null) {
            curl_setopt($request, CURLOPT_POSTFIELDS, json_encode($body, JSON_THROW_ON_ERROR));
            $headers[] = 'Content-Type: application/json';
        }
        curl_setopt($request, CURLOPT_HTTPHEADER, $headers);
        $answer = curl_exec($request);
        if ($answer === false) {
            throw new RuntimeException(curl_error($request));
        }
        return [curl_getinfo($request, CURLINFO_RESPONSE_CODE), json_decode($answer, true, 64, JSON_THROW_ON_ERROR)];
    }
}
