using System.Net;
using System.ServiceModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SecureConversation.ServiceModel.Tests.Support;
using SecureConversation.Testing;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>Replies that anybody may have written end calls with exceptions that callers of WCF catch.</summary>
public sealed class ForgedReplyTests
{
    private const string Lost = "http://schemas.xmlsoap.org/ws/2005/02/sc";
    private const string Busy = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher";

    public static TheoryData<string, bool> Bodies
    {
        get
        {
            var data = new TheoryData<string, bool>();
            string[] bodies =
            [
                "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang='en'>no</s:Text></s:Reason></s:Fault>",
                "<s:Fault/>",
                "<s:Fault><s:Code><s:Value/></s:Code><s:Reason><s:Text xml:lang='en'>no</s:Text></s:Reason></s:Fault>",
                "<s:Fault><s:Code><s:Value>s:</s:Value></s:Code></s:Fault>",
                "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value/></s:Subcode></s:Code></s:Fault>",
                "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:c='http://[bad'>c:X</s:Value></s:Subcode></s:Code></s:Fault>",
                "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:c='a}b}c'>c:X</s:Value></s:Subcode></s:Code></s:Fault>",
                "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>c:X</s:Value></s:Subcode></s:Code></s:Fault>",
                "<s:Fault><s:Code><s:Value>s:1 &lt;&gt; 2</s:Value></s:Code></s:Fault>",
                $"<s:Fault><s:Code><s:Subcode><s:Value xmlns:c='{Lost}'>c:BadContextToken</s:Value></s:Subcode></s:Code></s:Fault>",
                "<x xml:space='foo'/>",
                "<x xmlns:y='http://www.w3.org/XML/1998/namespace'/>",
                $"<s:Fault><s:Code><s:Subcode><s:Value xmlns:c='{Busy}'>c:ServerTooBusy</s:Value></s:Subcode></s:Code></s:Fault>",
            ];
            foreach (var body in bodies)
            {
                data.Add(body, true);
                data.Add(body, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task ForgedReply_EndsTheCallWithAnExceptionOfWcf(string body, bool session)
    {
        var e = await CallAsync(body, session);

        Assert.True(e.InnerException is not FaultException fault || fault.Code.Name.Length > 0);
    }

    /// <summary>What WCF takes for no code stays where somebody can read it.</summary>
    [Fact]
    public async Task SubcodeThatIsNoCode_IsKeptInTheReason()
    {
        var e = await CallAsync("<s:Fault><s:Code><s:Value/><s:Subcode><s:Value xmlns:c='http://[bad'>c:X</s:Value></s:Subcode></s:Code>"
            + "<s:Reason><s:Text xml:lang='en'>no</s:Text></s:Reason></s:Fault>", session: false);

        var fault = Assert.IsType<FaultException>(e.InnerException);
        Assert.Equal(("Sender", "no ({http://[bad}X)"), (fault.Code.Name, fault.Message));
    }

    private static async Task<CommunicationException> CallAsync(string body, bool session)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var forger = builder.Build();
        forger.MapPost("/", async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = 500;
            context.Response.ContentType = "application/soap+xml; charset=utf-8";
            await context.Response.WriteAsync($"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body>{body}</s:Body></s:Envelope>");
        });
        await forger.StartAsync(TestContext.Current.CancellationToken);
        using var factory = Clients.Factory(
            Clients.Binding(Bootstraps.Client("MutualCertificate", session)), new Uri(forger.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal)));
        var proxy = factory.CreateChannel();
        try
        {
            return await Assert.ThrowsAnyAsync<CommunicationException>(() => proxy.EchoAsync("x"));
        }
        finally
        {
            ((IClientChannel)proxy).Abort();
        }
    }
}
