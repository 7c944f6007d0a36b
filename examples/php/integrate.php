<?php
// What a learning platform does with the endpoint, step by step, against a mock: php integrate.php ready.json
declare(strict_types=1);
require __DIR__ . '/Proctoring.php';

// Why this ends, in a line.
set_exception_handler(function (Throwable $error): never {
    fwrite(STDERR, "integrate: {$error->getMessage()}\n");
    exit(1);
});
if ($argc !== 2 || !is_readable($argv[1])) {
    $usage = "usage: php integrate.php ready.json (which 'invigilate mock --ready-file ready.json' writes)";
    throw new RuntimeException($argc === 2 ? "$argv[1] cannot be read; $usage" : $usage);
}
$ready = json_decode(file_get_contents($argv[1]), true, flags: JSON_THROW_ON_ERROR);
$api = new Proctoring($ready['url'], $ready['install'], $ready['client_id'], $ready['client_secret']);
$course = ['ids' => ['lms' => 'moodle-42'], 'title' => 'Astronomy', 'code' => 'AST-1'];
$exam = [
    'ids' => ['external' => 'quiz-7'], 'title' => 'Midterm', 'type' => 'online',
    'configuration' => [
        'ids' => ['external' => 'quiz-7'], 'url' => 'https://lms.example.com/quiz/7', 'duration' => 60,
        'password' => 'aperture',
        'access' => ['open' => '2027-03-01T08:00:00Z', 'close' => '2027-03-08T18:00:00Z'],
        'proctorTypes' => ['TS4b894875d26194988853e490dfb9bc41' => new stdClass()], // [] would be an array
    ],
];

function person(int $number, array $different = []): array
{
    return $different + [
        'ids' => ['lms' => "student-$number"], 'firstName' => 'Student', 'lastName' => "Number $number",
        'email' => "student-$number@example.com",
    ];
}

/** What the next call of the API meets. A rehearsal: no real server has this. */
function weather(array $ready, array $then): void
{
    $rule = ['match' => ['operation' => 'provision'], 'then' => $then, 'times' => 1];
    $headers = "Content-Type: application/json\r\nAuthorization: Bearer {$ready['control_token']}";
    $how = ['http' => ['method' => 'POST', 'header' => $headers, 'content' => json_encode($rule)]];
    file_get_contents("{$ready['url']}/_invigilate/weather", false, stream_context_create($how));
}

function tell(string $step, string $what): void
{
    echo str_pad($step, 14), " $what\n";
}

/** The results of a whole class, one call for each person. */
$roster = function (array $different = []) use ($api, $course): string {
    $counted = [];
    for ($number = 0; $number < 300; $number++) {
        $body = ['course' => $course, 'user' => person($number, $different[$number] ?? [])];
        $result = $api->provision($body)['user']['result'];
        $counted[$result] = ($counted[$result] ?? 0) + 1;
    }
    return json_encode($counted);
};

tell('token', 'good for an hour, ' . strlen($api->token()) . ' letters');

$made = $api->provision(['course' => $course, 'exam' => $exam]);
$sids = array_map(fn (array $one): string => substr($one['sid'], 0, 6), [$made['exam'], $made['course']]);
tell('exam', "{$made['exam']['result']} as {$sids[0]}…, in course {$sids[1]}…");

tell('roster', $roster());
tell('roster again', $roster([7 => ['lastName' => 'Number Seven']]));

$role = ['course' => $course, 'user' => person(0), 'enrollment' => ['role' => 'instructor']];
tell('role', "enrollment {$api->provision($role)['enrollment']['result']}");

try {
    $api->provision(['course' => $course, 'user' => person(1, ['email' => 'student at example.com'])]);
} catch (Refused $refused) {
    $told = array_map(fn (array $one): string => "{$one['pointer']} {$one['message']}", $refused->errors);
    tell('refused', "{$refused->status}: " . implode('; ', $told));
}

weather($ready, ['status' => 503, 'retryAfter' => 1]);
tell('busy', "asked again: {$api->provision(['course' => $course])['course']['result']}");

weather($ready, ['close' => 'after-commit']);
$late = ['ids' => ['lms' => 'moodle-43'], 'title' => 'Optics', 'code' => 'OPT-1'];
tell('lost answer', "asked again: {$api->provision(['course' => $late])['course']['result']}");

weather($ready, ['status' => 401]);
tell('token died', "another one: {$api->provision(['course' => $course])['course']['result']}");

$answer = $api->provision([
    'course' => $course, 'exam' => $exam, 'user' => person(7, ['lastName' => 'Number Seven']),
    'signon' => ['integrationSid' => $ready['client_id']],
]);
$claims = $api->verified($answer['signon']['token'], $ready['client_id']);
tell('sign-on', 'the token is about the user: ' . json_encode($claims['sub'] === $answer['user']['sid']));
foreach (['first', 'second'] as $turn) {
    $how = stream_context_create(['http' => ['ignore_errors' => true]]);
    file_get_contents($answer['signon']['redirect'], false, $how);
    tell("link, $turn", explode(' ', $http_response_header[0])[1]);
}

$final = ['ids' => ['external' => 'quiz-8'], 'title' => 'Final', 'limitedScope' => true] + $exam;
$final['configuration'] = ['ids' => ['external' => 'quiz-8']] + $exam['configuration'];
$answer = $api->provision(['course' => $course, 'user' => person(8), 'exam' => $final]);
[$root, $place] = ["/v1/installs/{$api->install}", "/exams/{$answer['exam']['sid']}"];
$api->call('PUT', "$root$place/assignment", ['added' => [$answer['enrollment']['sid']]]);
$path = "$root/enrollments/{$answer['enrollment']['sid']}$place/sessions?includeActive=true";
$found = $api->call('GET', $path);
$session = "$root$place/sessions/{$found['results'][0]['sid']}";
tell('assigned', "{$found['total']} session: {$found['results'][0]['status']}");

$at = fn (string $moment, string $type = 'automated'): array => ['type' => $type, 'appointmentDateTime' => $moment];
$scheduled = $api->call('POST', $session, $at('2027-03-02T09:00:00Z'));
tell('scheduled', "{$scheduled['status']} at {$scheduled['appointmentDate']}");
$api->call('PUT', $session, $at('2027-03-03T09:00:00Z', 'smarter-scheduling'));
tell('rescheduled', "to {$api->call('GET', $session)['appointmentDate']}");
try {
    $api->call('POST', $session, $at('2027-03-04T09:00:00Z'));
} catch (Refused $refused) {
    tell('once more', "{$refused->status} {$refused->reason}");
}

$url = $api->call('GET', "$session/onboard")['url'];
file_get_contents($url, false, stream_context_create(['http' => ['ignore_errors' => true]]));
$status = explode(' ', $http_response_header[0])[1];
tell('onboard', "$status, then {$api->call('GET', $session)['status']}");
