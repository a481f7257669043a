using System.Net.Http.Headers;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Benchmarks.Soak;

/// <summary>
/// Somebody on the network who also has an account: sends garbage, replays what was delivered, changes it, sends it elsewhere or back, and
/// changes messages of his own. The ledger tells whether one of them was executed.
/// </summary>
internal sealed class SoakAttacker : IDisposable
{
    private readonly int _number;
    private readonly SoakRun _run;
    private readonly HttpClient _http;
    private readonly Random _random;
    private readonly (string Name, Func<Task> Attack)[] _attacks;
    private readonly string _kind;
    private readonly Uri _url;
    private readonly string _endpoint;
    private readonly MessageSecurityClient _client;
    private ClientSession? _session;
    private long _calls;

    public SoakAttacker(int number, SoakRun run)
    {
        _number = number;
        _run = run;
        _http = SoakTap.From(number);
        _random = new Random(number);
        _kind = number % 2 == 0 ? SoakEndpoints.Session : SoakEndpoints.Single;
        var host = number / 2 % SoakRun.HostNames.Length;
        _url = new Uri(run.Hosts[host].Address, "/" + _kind);
        _endpoint = SoakHost.EndpointName(SoakRun.HostNames[host], _kind);
        _client = new MessageSecurityClient(MessageSecurityBinding.Create(SoakEndpoints.Binding(_kind)), SoakEndpoints.ClientCredentials);
        _attacks =
        [
            ("garbage", GarbageAsync), ("replayed", ReplayAsync), ("changed", ChangeCapturedAsync), ("re-targeted", RetargetAsync),
            ("reflected", ReflectAsync), ("own changed", ChangeOwnAsync), ("reply changed", ChangeReplyAsync), ("abandoned", AbandonAsync),
        ];
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // Few sessions are abandoned: each of them takes a place for pending ones.
            var (name, attack) = _attacks[_random.Next(200) == 0 ? _attacks.Length - 1 : _random.Next(_attacks.Length - 1)];
            try
            {
                await attack();
                _run.Counts.Add("attack/" + name);
            }
            catch (SecureConversationException)
            {
                // The attacker's own session was refused or has ended: he opens another one.
                _session?.Dispose();
                _session = null;
            }
            catch (Exception e)
            {
                _run.Ledger.Report($"attacker {_number}, {name}: {e}");
            }
        }
    }

    public void Dispose()
    {
        _session?.Dispose();
        _http.Dispose();
    }

    /// <summary>Cancels the session, so that nothing of it is left.</summary>
    public async Task CloseAsync()
    {
        if (_session is { } session)
        {
            using var cancel = session.StartCancel();
            using var response = await PostAsync(_url, cancel.Envelope);
        }
    }

    private async Task GarbageAsync()
    {
        byte[] octets = _random.Next(5) switch
        {
            0 => [],
            1 => Bytes(_random.Next(1, 4000)),
            2 => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("<a>", 3000))),
            3 when _run.Tap.Any() is { } captured => captured.Request[.._random.Next(captured.Request.Length)],
            _ => "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body/></s:Envelope>"u8.ToArray(),
        };
        await RequireRefusedAsync("garbage", _url, octets);
    }

    private async Task ReplayAsync()
    {
        if (_run.Tap.Any() is { } captured)
        {
            // A shared endpoint has two doors.
            var url = captured.Kind == SoakEndpoints.Shared ? new Uri(AnyHost().Address, "/shared") : captured.Url;
            await RequireRefusedAsync("replay", url, captured.Request);
        }
    }

    private async Task ChangeCapturedAsync()
    {
        if (_run.Tap.Any() is { } captured)
        {
            await RequireRefusedAsync("changed message", captured.Url, Change(captured.Request));
        }
    }

    private async Task RetargetAsync()
    {
        if (_run.Tap.Any() is { } captured)
        {
            var url = new Uri(AnyHost().Address, "/" + SoakEndpoints.All[_random.Next(SoakEndpoints.All.Length)]);
            await RequireRefusedAsync("re-targeted message", url, captured.Request);
        }
    }

    private async Task ReflectAsync()
    {
        if (_run.Tap.Any() is { } captured)
        {
            await RequireRefusedAsync("reflected reply", captured.Url, captured.Reply);
        }
    }

    /// <summary>A fresh message: no memory of replays helps the service. Where the change means nothing, the call runs once, as it was.</summary>
    private async Task ChangeOwnAsync()
    {
        using var request = await SecureAsync();
        using var response = await PostAsync(_url, Change(request.Envelope.ToArray()));
    }

    /// <summary>The same against a client, which also gets its own request and the reply of somebody else.</summary>
    private async Task ChangeReplyAsync()
    {
        using var request = await SecureAsync();
        var expected = FormattableString.Invariant($"{_number} {_calls} ");
        using var response = await PostAsync(_url, request.Envelope);
        var reply = await response.Content.ReadAsByteArrayAsync();
        using (request.VerifyReply(reply))
        {
            // The true reply. Where it is refused, the session has ended.
        }

        byte[] sent = _random.Next(4) switch
        {
            0 => request.Envelope.ToArray(),
            1 when _run.Tap.Any() is { } captured => captured.Reply,
            _ => Change(reply),
        };
        try
        {
            using var verified = request.VerifyReply(sent);
            if (!verified.IsFault && !Encoding.UTF8.GetString(verified.Envelope.Span).Contains(">" + expected, StringComparison.Ordinal))
            {
                _run.Ledger.Report($"forged reply accepted: {Convert.ToBase64String(sent)}");
            }
        }
        catch (SecureConversationException)
        {
            // Refused, as it has to be.
        }
    }

    private async Task AbandonAsync()
    {
        if (_kind == SoakEndpoints.Session)
        {
            using var session = await OpenAsync();
        }
    }

    private async Task<SecuredRequest> SecureAsync()
    {
        var body = _run.Ledger.Body(_number, ++_calls, _endpoint);
        var plain = TestEnvelope.Create(_client.Binding.MessageVersion, TestEnvelope.Action("urn:soak/Do")
            + $"<a:MessageID>urn:uuid:{Guid.NewGuid()}</a:MessageID><a:To s:mustUnderstand=\"1\">{_url}</a:To>", body);
        if (_kind == SoakEndpoints.Single)
        {
            return _client.Secure(plain, _url);
        }

        _session ??= await OpenAsync();
        return _session.Secure(plain);
    }

    private async Task<ClientSession> OpenAsync()
    {
        using var handshake = _client.StartSession(_url);
        using var response = await PostAsync(_url, ((HandshakeStep.Send)handshake.Step).Envelope);
        return ((HandshakeStep.Completed)handshake.Receive(await response.Content.ReadAsByteArrayAsync())).Session;
    }

    private async Task RequireRefusedAsync(string what, Uri url, byte[] octets)
    {
        using var response = await PostAsync(url, octets);
        if (response.IsSuccessStatusCode)
        {
            _run.Ledger.Report($"{what} accepted at {url}: {Convert.ToBase64String(octets)}");
        }
    }

    private async Task<HttpResponseMessage> PostAsync(Uri url, ReadOnlyMemory<byte> octets)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(octets) };
        message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/soap+xml; charset=utf-8");
        return await _http.SendAsync(message);
    }

    private SoakHost AnyHost() => _run.Hosts[_random.Next(_run.Hosts.Count)];

    private byte[] Bytes(int length)
    {
        var octets = new byte[length];
        _random.NextBytes(octets);
        return octets;
    }

    /// <summary>One bit, one octet less, or one octet twice.</summary>
    private byte[] Change(byte[] octets)
    {
        var at = _random.Next(octets.Length);
        return _random.Next(4) switch
        {
            0 => [.. octets[..at], .. octets[(at + 1)..]],
            1 => [.. octets[..at], octets[at], .. octets[at..]],
            _ => [.. octets[..at], (byte)(octets[at] ^ (1 << _random.Next(8))), .. octets[(at + 1)..]],
        };
    }
}
