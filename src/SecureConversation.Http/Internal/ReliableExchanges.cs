using System.Net;

namespace SecureConversation.Http.Internal;

/// <summary>
/// Sends the messages of a reliable session over HTTP: protects each anew, renews the key when that is due, and verifies the answer.
/// </summary>
internal sealed class ReliableExchanges(ClientSession session, SessionRenewal? renewal, Endpoint endpoint, Uri address)
{
    /// <param name="send">The transport.</param>
    /// <param name="settings">Headers and options of a caller; null for none.</param>
    /// <param name="plain">The envelope with its header blocks of reliable messaging.</param>
    /// <param name="cancellationToken">The session is given up.</param>
    /// <returns>The answer; without a message where the service answered nothing, as with 202.</returns>
    public async Task<ReliableAnswer> SendAsync(
        HttpSend send, SoapPost.Settings? settings, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        await (renewal?.PrepareAsync(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        var expires = session.Expires;
        try
        {
            return await SendOnceAsync(send, settings, plain, cancellationToken).ConfigureAwait(false);
        }
        catch (SecureConversationException e) when (e.Failure == SecureConversationFailure.RenewNeeded && renewal is not null)
        {
            // Its key expired on the way, or the clock of this client is behind.
        }

        await renewal.RenewAsync(expires, cancellationToken).ConfigureAwait(false);
        return await SendOnceAsync(send, settings, plain, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ReliableAnswer> SendOnceAsync(
        HttpSend send, SoapPost.Settings? settings, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        SecuredRequest secured;
        try
        {
            secured = session.Secure(plain);
        }
        catch (ArgumentException e)
        {
            // What the trial before it had its number did not find.
            return new ReliableAnswer(null, null) { Refusal = e };
        }

        using var wire = endpoint.CreateRequest(address, secured.Envelope, secured.Action ?? "", owner: secured);
        settings?.CopyTo(wire);
        SoapResponse response;
        try
        {
            response = await endpoint.ExchangeAsync(send, wire, isOneWay: false, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (
            e.StatusCode == HttpStatusCode.RequestEntityTooLarge || e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            // However often it is sent, it and its reply are as large.
            var isReply = e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded;
            return new ReliableAnswer(null, null) { Refusal = e, IsReplyRefused = isReply };
        }
        catch (HttpRequestException) when (settings is not null && wire.Content is EnvelopeContent { WasCutOff: true })
        {
            settings.AsksFirst = true;
            throw;
        }

        try
        {
            if (wire.Content is EnvelopeContent { IsSent: true })
            {
                secured.ReleaseEnvelope();
            }

            if (response.IsEmpty)
            {
                response.Dispose();
                return new ReliableAnswer(null, null);
            }

            return new ReliableAnswer(response.Verify(AwaitedReply.InSession, secured.VerifyReply), response);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
