using System.Globalization;
using System.Security.Authentication;
using Microsoft.Extensions.Options;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Http;

namespace SecureConversation.Cli.Doctor;

/// <summary>Opens a session and cancels it; no operation is called.</summary>
internal static class SessionStep
{
    private const string Name = "session";

    public static async Task<StepReport> RunAsync(
        Target target, ClientCredentials credentials, HttpMessageHandler http, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var binding = MessageSecurityBinding.Create(target.Element, target.MessageVersion, target.Protection);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            var client = new SecureConversationClient(target.Address, new SecureConversationHttpOptions
            {
                Binding = target.Element,
                MessageVersion = target.MessageVersion,
                ProtectionRequirements = target.Protection,
                Credentials = credentials,
                OpenTimeout = timeout,
            }, new Route(http, target.Via));
            await using (client.ConfigureAwait(false))
            {
                if (!binding.EstablishesSession)
                {
                    return new StepReport(Name, StepStatus.Skipped,
                        "The binding has no session: without a call nothing more can be found out. The credentials fit the binding.");
                }

                var began = TimeProvider.System.GetTimestamp();
                await client.OpenAsync(limit.Token).ConfigureAwait(false);
                var took = TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
                await client.CloseAsync(limit.Token).ConfigureAwait(false);
                return new StepReport(Name, StepStatus.Ok, "A session was opened and closed; each side proved who it is.")
                {
                    Details = [string.Create(CultureInfo.InvariantCulture, $"the handshake took {took:F0} ms")],
                };
            }
        }
        catch (SecureConversationException e)
        {
            return OfRefusal(e);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or InvalidOperationException
            or OptionsValidationException)
        {
            return Failed(e.Message, "Give the credential that the binding asks for: --client-cert, --user, --service-cert.");
        }
        catch (HttpRequestException e)
        {
            return OfTransport(e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed($"The service did not answer within {timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} seconds.",
                "Look at the load and the log of the service; raise --timeout.");
        }
    }

    private static StepReport OfRefusal(SecureConversationException e)
    {
        if (e.Code is FailureCode.PeerFault or FailureCode.None)
        {
            return Failed(e.Message, e.Failure == SecureConversationFailure.FailedAuthentication
                ? "The service does not accept the client: its authority or store does not know the certificate, or the password is wrong. "
                    + "Its log names which."
                : "The service refused the handshake and does not say why on the wire. Compare clock and binding; the trace or log of the "
                    + "service has the reason. Record a client that works (secureconversation listen), and compare (secureconversation "
                    + "why).")
                with
            { Details = [$"failure: {e.Failure}"] };
        }

        var advice = FailureGuide.Of(e.Code);
        return Failed(e.Message, advice.Remedy) with
        {
            Details = [$"rule: {(int)e.Code} {e.Code} ({advice.Clause})", $"cause: {advice.Cause}"],
        };
    }

    private static StepReport OfTransport(HttpRequestException e) => e.InnerException is AuthenticationException inner
        ? Failed($"TLS: {inner.Message}",
            "Have this machine trust the authority of the TLS certificate, and call the service by a name in it.")
        : Failed(e.Message + (e.InnerException is { } cause ? $" {cause.Message}" : ""), e.StatusCode switch
        {
            System.Net.HttpStatusCode.UnsupportedMediaType => "The service speaks another version of SOAP: compare textMessageEncoding "
                + "with the messageVersion of the client.",
            System.Net.HttpStatusCode.NotFound => "Compare the address with that of the endpoint.",
            System.Net.HttpStatusCode.Unauthorized or System.Net.HttpStatusCode.Forbidden => "Something in front of the service wants "
                + "HTTP authentication.",
            _ => "Look at the log of the service and of what stands in front of it.",
        });

    private static StepReport Failed(string found, string remedy) => new(Name, StepStatus.Failed, found) { Remedy = remedy };

    /// <summary>
    /// Sends requests to another address than they are for, as clientVia does. What is behind it stays the examination's.
    /// </summary>
    private sealed class Route(HttpMessageHandler inner, Uri? via) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _invoker = new(inner, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = via ?? request.RequestUri;
            return _invoker.SendAsync(request, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _invoker.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
