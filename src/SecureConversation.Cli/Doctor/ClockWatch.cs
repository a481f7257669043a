namespace SecureConversation.Cli.Doctor;

/// <summary>Notes the header Date of what the service answers, and when that was by the clock of this machine.</summary>
internal sealed class ClockWatch(HttpMessageHandler inner, TimeProvider clock) : DelegatingHandler(inner)
{
    /// <summary>How far the clock of the service is ahead; null while it has not told the time.</summary>
    public TimeSpan? Ahead { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var sent = clock.GetUtcNow();
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var middle = sent + ((clock.GetUtcNow() - sent) / 2);
        if (response.Headers.Date is { } date)
        {
            // The header has whole seconds: half of one is lost on the average (RFC 9110 section 6.6.1).
            Ahead = date.AddSeconds(0.5) - middle;
        }

        return response;
    }
}
