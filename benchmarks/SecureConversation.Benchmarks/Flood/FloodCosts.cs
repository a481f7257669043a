using System.Diagnostics;
using System.Globalization;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Benchmarks.Flood;

/// <summary>What one message of each flood costs the engine, without a host: `flood costs`.</summary>
internal static class FloodCosts
{
    private const int Runs = 2000;

    public static async Task<int> RunAsync()
    {
        var binding = MessageSecurityBinding.Create(FloodCommand.Security.CreateSecurityBindingElement());
        using var service = new MessageSecurityService(binding, new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            ClientCertificateValidation = TestCredentials.TrustAuthority,
        });
        var address = new Uri("http://localhost/echo");
        using var http = new HttpClient(new Engine(service));
        // The same number of messages as there are runs, so that none is a replay.
        foreach (var (name, count) in FloodMessages.All.Prepend((FloodMessages.Honest, Runs + 500)))
        {
            var requests = await FloodMessages.CreateAsync(name, Math.Min(count, Runs + 500), address, http);
            var outcomes = new Dictionary<FailureCode, int>();
            await ReceiveAsync(0, Math.Min(requests.Count, 500));
            var (allocated, before) = (GC.GetAllocatedBytesForCurrentThread(), Environment.CpuUsage.TotalTime);
            await ReceiveAsync(500, Runs);
            var used = Environment.CpuUsage.TotalTime - before;
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-34} {used.TotalMicroseconds / Runs,8:F1} us {allocated / Runs,8} B")
                + $"  {string.Join(", ", outcomes.Select(o => $"{o.Key} {o.Value}"))}");

            async Task ReceiveAsync(int first, int times)
            {
                for (var i = first; i < first + times; i++)
                {
                    using var result = await service.ReceiveAsync(requests[i % requests.Count]);
                    var code = (result as ServiceResult.Respond)?.Code ?? FailureCode.None;
                    outcomes[code] = outcomes.GetValueOrDefault(code) + 1;
                }
            }
        }

        return 0;
    }

    /// <summary>Brings requests to the engine without sockets.</summary>
    private sealed class Engine(MessageSecurityService service) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var result = await service.ReceiveAsync(await request.Content!.ReadAsByteArrayAsync(cancellationToken), cancellationToken);
            return new HttpResponseMessage { Content = new ByteArrayContent(result is ServiceResult.Respond respond ? respond.Envelope.ToArray() : []) };
        }
    }
}
