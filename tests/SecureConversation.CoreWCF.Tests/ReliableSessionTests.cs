using System.Net.Http.Headers;
using System.Text;
using System.Xml.Linq;
using CoreWCF;
using CoreWCF.Channels;
using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Testing;
using DropIn = SecureConversation.CoreWCF.WSHttpBinding;
using DropIn2007 = SecureConversation.CoreWCF.WS2007HttpBinding;
using Rules = SecureConversation.Binding;
using Reliable = SecureConversation.CoreWCF.ReliableSessionBindingElement;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>Reliable sessions at a CoreWCF service, over sockets, for the client of the engine.</summary>
public sealed class ReliableSessionTests
{
    private static readonly Rules.MessageSecurityVersion Later =
        Rules.MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DropIn_HasReliableSessionsOfItsVersion(bool is2007)
    {
        await using var host = await EchoHost.StartAsync<ISessionEcho>(DropInBinding(is2007));
        await using var client = await OpenAsync(host, Settings(is2007), is2007);
        Assert.Equal("1", await client.CallAsync("Echo", "<text xmlns='urn:e'>1</text>"));
        Assert.Null(await client.CallAsync("Notify", "<text xmlns='urn:e'>2</text>", isOneWay: true));
        Assert.Contains(client.Sequence.Id, await client.CallAsync("WhoAmI"), StringComparison.Ordinal);
        await client.Sequence.CloseAsync(TestContext.Current.CancellationToken);
        await host.IdleAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LostRequestsAndReplies_AreSentAgain_AndNoneIsExecutedTwice(bool is11)
    {
        var element = Bindings.Session();
        var binding = Bindings.Text(element);
        binding.Elements.Insert(0, new Reliable
        {
            ReliableMessagingVersion = is11 ? Rules.ReliableMessagingVersion.WSReliableMessaging11 : Rules.ReliableMessagingVersion.WSReliableMessagingFebruary2005,
        });
        await using var host = await EchoHost.StartAsync<ISessionEcho>(binding);
        await using var client = await OpenAsync(host, new() { ReliableMessagingVersion = is11 ? Rules.ReliableMessagingVersion.WSReliableMessaging11 : default, MaxRetryCount = 30 }, element: element.Settings);
        var random = new Random(15);
        client.Fate = () => random.Next(6);
        for (var call = 1; call <= 12; call++)
        {
            Assert.Equal($"{call}", await client.CallAsync("Count"));
        }

        await client.Sequence.CloseAsync(TestContext.Current.CancellationToken);
        Assert.True(client.Lost > 0);
    }

    [Fact]
    public async Task ReplyThatHasNoRoom_EndsTheSession_AndTheLogNamesTheSetting()
    {
        var element = Bindings.Session();
        var binding = Bindings.Text(element);
        binding.Elements.Insert(0, new Reliable { MaxKeptReplyBytes = 100 });
        await using var host = await EchoHost.StartAsync<ISessionEcho>(binding);
        await using var client = await OpenAsync(host, new() { MaxRetryCount = 1 }, element: element.Settings);
        var answers = new List<string?>();
        await Record.ExceptionAsync(async () =>
        {
            answers.Add(await client.CallAsync("Count"));
            answers.Add(await client.CallAsync("Count"));
        });
        Assert.DoesNotContain("2", answers);
        Assert.Contains(RecordedLog.Current.Entries, entry => entry.Text.Contains("MaxKeptReplyBytes", StringComparison.Ordinal));
    }

    [Fact]
    public void DropIn_HasTheLimitOfKeptReplies()
    {
        var binding = new DropIn2007(SecurityMode.Message, reliableSessionEnabled: true);
        Assert.Equal(256L * 1024 * 1024, binding.ReliableSession.MaxKeptReplyBytes);
        binding.ReliableSession.MaxKeptReplyBytes = 7;
        Assert.Equal(7, binding.CreateBindingElements().Find<Reliable>().MaxKeptReplyBytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => binding.ReliableSession.MaxKeptReplyBytes = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Reliable().MaxKeptReplyBytes = -1);
    }

    [Fact]
    public void DropIn_WithoutSecuritySession_RefusesThemInWords()
    {
        var binding = DropInBinding(is2007: false);
        binding.Security.Message.EstablishSecurityContext = false;
        Assert.Contains("EstablishSecurityContext", Assert.Throws<InvalidOperationException>(binding.CreateBindingElements).Message, StringComparison.Ordinal);
        Assert.Contains("SecurityMode.Message", Assert.Throws<InvalidOperationException>(
            new DropIn(SecurityMode.None, reliableSessionEnabled: true).CreateBindingElements).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ElementWithoutMessageSecurity_EndsTheStart()
    {
        RecordedLog.Current.AllowErrors(entry => !entry.IsOfTheLibrary);
        var binding = new CustomBinding(new Reliable(ordered: false), new TextMessageEncodingBindingElement(), Bindings.Http());
        var e = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => EchoHost.StartAsync<IEcho>(binding));
        Assert.Contains("ReliableSessionBindingElement", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Element_IsClonedWithAllItsSettings()
    {
        var element = new Reliable(ordered: false)
        {
            InactivityTimeout = TimeSpan.FromMinutes(1),
            AcknowledgementInterval = TimeSpan.FromSeconds(1),
            FlowControlEnabled = false,
            MaxPendingChannels = 5,
            MaxRetryCount = 6,
            MaxTransferWindowSize = 7,
            MaxKeptReplyBytes = 8,
            ReliableMessagingVersion = Rules.ReliableMessagingVersion.WSReliableMessaging11,
        };
        Assert.Equal(8, ((Reliable)element.Clone()).MaxKeptReplyBytes);
        Assert.Equal(element.Settings, ((Reliable)element.Clone()).Settings);
        Assert.Equal(
            new Rules.ReliableSessionBindingElement
            {
                Ordered = false,
                InactivityTimeout = element.InactivityTimeout,
                AcknowledgementInterval = element.AcknowledgementInterval,
                FlowControlEnabled = element.FlowControlEnabled,
                MaxPendingChannels = element.MaxPendingChannels,
                MaxRetryCount = element.MaxRetryCount,
                MaxTransferWindowSize = element.MaxTransferWindowSize,
                ReliableMessagingVersion = element.ReliableMessagingVersion,
            },
            element.Settings);
    }

    private static global::CoreWCF.WSHttpBinding DropInBinding(bool is2007)
    {
        global::CoreWCF.WSHttpBinding binding = is2007
            ? new DropIn2007(SecurityMode.Message, reliableSessionEnabled: true)
            : new DropIn(SecurityMode.Message, reliableSessionEnabled: true);
        binding.Security.Message.ClientCredentialType = MessageCredentialType.Certificate;
        binding.Security.Message.NegotiateServiceCredential = false;
        return binding;
    }

    private static Rules.ReliableSessionBindingElement Settings(bool is11) => new()
    {
        ReliableMessagingVersion = is11 ? Rules.ReliableMessagingVersion.WSReliableMessaging11 : Rules.ReliableMessagingVersion.WSReliableMessagingFebruary2005,
    };

    private static Task<ReliableCaller> OpenAsync(
        EchoHost host, Rules.ReliableSessionBindingElement settings, bool isLater = false, Rules.SecurityBindingElement? element = null) =>
        ReliableCaller.OpenAsync(host.Address, Rules.MessageSecurityBinding.Create(
            element ?? new Rules.MessageSecurity
            {
                ClientCredentialType = Rules.MessageCredentialType.Certificate,
                NegotiateServiceCredential = false,
                MessageSecurityVersion = isLater ? Later : new Rules.MessageSecurity().MessageSecurityVersion,
            }.CreateSecurityBindingElement(), protection: Client.Protection, reliableSession: settings));

    /// <summary>The engine's reliable client over HttpClient.</summary>
    private sealed class ReliableCaller : IAsyncDisposable
    {
        private readonly HttpClient _http;
        private readonly Uri _address;
        private readonly ClientSession _session;

        private ReliableCaller(Uri address, ClientSession session, HttpClient http) => (_address, _session, _http) = (address, session, http);

        public ReliableClientSession Sequence { get; private set; } = null!;

        /// <summary>0: the request is lost; 1: the reply is; else nothing.</summary>
        public Func<int> Fate { get; set; } = () => 2;

        public int Lost { get; private set; }

        public static async Task<ReliableCaller> OpenAsync(Uri address, Rules.MessageSecurityBinding binding)
        {
            var http = new HttpClient();
            var client = new MessageSecurityClient(binding, TestCredentials.Client);
            using var handshake = client.StartSession(address);
            var caller = new ReliableCaller(address, handshake.Complete(await PostAsync(http, address, handshake.Envelope)), http);
            caller.Sequence = await caller._session.OpenReliableSessionAsync(caller.ExchangeAsync, TestContext.Current.CancellationToken);
            return caller;
        }

        /// <summary>The text of the reply; null for an acknowledgement.</summary>
        public async Task<string?> CallAsync(string operation, string content = "", bool isOneWay = false)
        {
            var id = isOneWay ? "" : $"<a:MessageID>urn:uuid:{Guid.NewGuid()}</a:MessageID><a:ReplyTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo>";
            var envelope = $"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' xmlns:a='http://www.w3.org/2005/08/addressing'><s:Header>"
                + $"<a:Action s:mustUnderstand='1'>urn:e/{operation}</a:Action>{id}<a:To s:mustUnderstand='1'>{_address}</a:To></s:Header>"
                + $"<s:Body><{operation} xmlns='urn:e'>{content}</{operation}></s:Body></s:Envelope>";
            using var answer = await Sequence.CallAsync(Encoding.UTF8.GetBytes(envelope), cancellationToken: TestContext.Current.CancellationToken);
            return answer.Message is { } message ? XDocument.Parse(Encoding.UTF8.GetString(message.Envelope.Span)).Root!.Elements().Last().Value : null;
        }

        public async ValueTask DisposeAsync()
        {
            await Sequence.DisposeAsync();
            _session.Dispose();
            _http.Dispose();
        }

        private async Task<ReliableAnswer> ExchangeAsync(ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
        {
            var fate = Fate();
            Lost += fate < 2 ? 1 : 0;
            if (fate == 0)
            {
                throw new IOException("The request was lost.");
            }

            var secured = _session.Secure(plain);
            var reply = await PostAsync(_http, _address, secured.Envelope);
            return fate == 1 ? throw new IOException("The reply was lost.")
                : new ReliableAnswer(reply.Length == 0 ? null : secured.VerifyReply(reply), secured);
        }

        private static async Task<byte[]> PostAsync(HttpClient http, Uri address, ReadOnlyMemory<byte> envelope)
        {
            using var content = new ReadOnlyMemoryContent(envelope);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/soap+xml; charset=utf-8");
            using var response = await http.PostAsync(address, content);
            return await response.Content.ReadAsByteArrayAsync();
        }
    }
}
