using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Diagnosis;

/// <summary>Conversations under keys that tokens of the client bring: those of issued tokens, and those that are made of passwords.</summary>
public sealed class TokenDecoderTests
{
    public static TheoryData<string> IssuedNames => [.. IssuedBindings.Names.Where(name => name.Contains("/2007/", StringComparison.Ordinal))];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(IssuedNames))]
    public async Task ConversationUnderIssuedTokens_IsDecodedWithTheKeyOfTheService(string name)
    {
        var binding = IssuedBindings.Create(name);
        using var loopback = new Loopback(binding, client: IssuedBindings.Client(new DirectTokenProvider(new TestTokenIssuer())), service: IssuedBindings.Service());
        using var decoder = new ConversationDecoder(binding, new ConversationKeys { Service = new X509Credential(TestCertificates.Service) });
        await loopback.Client.EnsureIssuedTokensAsync(Loopback.Address, Stop);
        await DecodeAsync(loopback, decoder);
        await DecodeAsync(loopback, decoder);
    }

    [Theory]
    [InlineData(true, FailureCode.None)]
    [InlineData(false, FailureCode.WrongToken)]
    public async Task ConversationUnderAPassword_IsDecodedByWhoKnowsIt(bool isKnown, FailureCode code)
    {
        var binding = MessageSecurityBinding.Create(new SymmetricSecurityBindingElement
        {
            ProtectionTokenParameters = new UserNameSecurityTokenParameters { RequireDerivedKeys = true },
        });
        using var loopback = new Loopback(binding, service: new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            UserNamePasswordProvider = UserNamePasswordProvider.Create(user => user == TestCredentials.UserName ? TestCredentials.Password : null),
        });
        using var decoder = new ConversationDecoder(binding, new ConversationKeys
        {
            FindPassword = user => isKnown && user == TestCredentials.UserName ? TestCredentials.Password : null,
        });
        if (isKnown)
        {
            await DecodeAsync(loopback, decoder);
            return;
        }

        using var request = loopback.Client.Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
        using var decoded = decoder.Decode(request.Envelope, MessageDirection.ClientToService, DateTimeOffset.UtcNow);
        Assert.Equal(code, decoded.Failure);
    }

    private static async Task DecodeAsync(Loopback loopback, ConversationDecoder decoder)
    {
        using var session = loopback.Binding.EstablishesSession ? await OpenAsync(loopback, decoder) : null;
        var plain = Loopback.Request(loopback.Binding.MessageVersion);
        using var request = session?.Secure(plain) ?? loopback.Client.Secure(plain, Loopback.Address);
        Assert.Contains("h&amp;i", Decode(decoder, request.Envelope, MessageDirection.ClientToService), StringComparison.Ordinal);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope, Stop);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(loopback.Binding.MessageVersion));
        Assert.Contains("EchoResponse", Decode(decoder, reply.Envelope, MessageDirection.ServiceToClient), StringComparison.Ordinal);
    }

    private static async Task<ClientSession> OpenAsync(Loopback loopback, ConversationDecoder decoder)
    {
        using var handshake = loopback.Client.StartSession(Loopback.Address);
        Decode(decoder, handshake.Envelope, MessageDirection.ClientToService);
        using var result = await loopback.Service.ReceiveAsync(handshake.Envelope, Stop);
        var answer = Assert.IsType<ServiceResult.Respond>(result).Envelope;
        Decode(decoder, answer, MessageDirection.ServiceToClient);
        return handshake.Complete(answer);
    }

    private static string Decode(ConversationDecoder decoder, ReadOnlyMemory<byte> envelope, MessageDirection direction)
    {
        using var decoded = decoder.Decode(envelope.ToArray(), direction, DateTimeOffset.UtcNow);
        Assert.True(decoded.Failure == FailureCode.None, $"{direction}: {decoded.Failure} {decoded.Detail}");
        return Encoding.UTF8.GetString(decoded.Plaintext.Span);
    }
}
