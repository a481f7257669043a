using System.Net;
using Microsoft.Extensions.Options;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>When an endpoint answers requests that it refuses for their content.</summary>
public sealed class FailureAnswerTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(40);

    [Fact]
    public async Task Refusal_LeavesWhenTheOptionsSay()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await KestrelHost.StartAsync(
            services => services.AddSingleton<TimeProvider>(clock).AddSecureConversation(
                Endpoints.With(Endpoints.Session, o => o.FailureAnswers = new() { Step = Step })),
            app => app.MapSecureConversation("/echo", _ => Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply()))));
        var client = host.Client(Endpoints.Session);
        using var session = await client.OpenAsync();
        using var request = client.Secure(session);
        var began = clock.UtcNow;

        var post = client.PostAsync(Broken(request.Envelope));
        await host.Log.SeenAsync(1);
        Assert.False(post.IsCompleted);
        while (!post.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        using var refused = await post;
        Assert.Equal(HttpStatusCode.InternalServerError, refused.StatusCode);
        Assert.InRange(clock.UtcNow - began, Step, TimeSpan.MaxValue);
        // A request that is in order waits for no clock.
        using var next = client.Secure(session);
        using var response = await client.PostAsync(next.Envelope);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Options_OutOfTheirRange_EndTheStart()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => KestrelHost.StartAsync(
            Endpoints.Session, _ => Task.FromResult(SoapReply.None), o => o.FailureAnswers = new() { Budget = 0 }));
        Assert.Contains("Budget", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Broken(ReadOnlyMemory<byte> wire)
    {
        var text = Envelopes.Text(wire);
        var at = text.LastIndexOf("CipherValue", text.LastIndexOf("CipherValue", StringComparison.Ordinal) - 1, StringComparison.Ordinal);
        at = text.IndexOf('>', at) + 1;
        return Envelopes.Utf8(text[..at] + (text[at] == 'A' ? 'B' : 'A') + text[(at + 1)..]);
    }
}
