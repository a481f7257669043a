using SecureConversation.Credentials;

namespace SecureConversation.Cli.Doctor;

/// <summary>The steps in their order. Each needs what those before it found out.</summary>
internal static class Examination
{
    public static async Task<IReadOnlyList<StepReport>> RunAsync(DoctorOptions options, CancellationToken cancellationToken)
    {
        var steps = new List<StepReport>();
        using var sockets = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = options.Timeout };
        using var http = new ClockWatch(sockets, TimeProvider.System);

        var (target, found) = await TargetStep.FindAsync(options, http, cancellationToken).ConfigureAwait(false);
        steps.Add(found);
        if (target is null)
        {
            return steps;
        }

        if (options.Dns is { } name)
        {
            target = target with { Identity = EndpointIdentity.CreateDnsIdentity(name) };
        }

        var address = await AddressStep.RunAsync(target.Via ?? target.Address, options.Timeout, cancellationToken).ConfigureAwait(false);
        steps.Add(address);
        var (credentials, reports) = CredentialsStep.Load(options, target);
        steps.AddRange(reports);
        if (target.Doubt is { } doubt && options is { UserName: not null, Dns: null, ServiceCertificate: null })
        {
            steps.Add(new StepReport("identity", StepStatus.Failed,
                $"The password is not sent: whose the endpoint is was not proved. {doubt}")
            {
                Remedy = "Say whom it is for with --dns (the name in the certificate of the service) or --service-cert.",
            });
        }

        if (credentials is null || steps.Exists(step => step.Status == StepStatus.Failed))
        {
            steps.Add(ClockStep.Run(http.Ahead, target.Element));
            steps.Add(new StepReport("session", StepStatus.Skipped, "An earlier step failed."));
            return steps;
        }

        var session = await SessionStep.RunAsync(target, credentials, http, options.Timeout, cancellationToken).ConfigureAwait(false);
        steps.Add(ClockStep.Run(http.Ahead, target.Element));
        steps.Add(session);
        return steps;
    }
}
