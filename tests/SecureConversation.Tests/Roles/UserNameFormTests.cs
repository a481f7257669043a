using System.Security.Cryptography;
using System.Text;
using System.Xml;
using Microsoft.Extensions.Logging;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;
using SecureConversation.Testing;
using SecureConversation.Tests.Attacks;
using SecureConversation.Tests.Diagnosis;

namespace SecureConversation.Tests.Roles;

/// <summary>User names in every form: in clear text, as a digest, without a password, with nonce and time, and as the key.</summary>
public sealed class UserNameFormTests
{
    private static readonly SymmetricSecurityBindingElement Anonymous = SecurityBindingElement.CreateAnonymousForCertificateBindingElement() with
    {
        DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
        MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt,
    };

    private static readonly UserNameSecurityTokenParameters Digest = new() { PasswordType = UserNamePasswordType.Digest };

    private static readonly Dictionary<string, UserNameSecurityTokenParameters> Forms = new()
    {
        ["text"] = new(),
        ["text-nonce"] = new() { IncludeNonce = true },
        ["text-created"] = new() { IncludeCreated = true },
        ["text-both"] = new() { IncludeNonce = true, IncludeCreated = true },
        ["digest"] = Digest,
        ["none"] = new() { PasswordType = UserNamePasswordType.None },
    };

    private static ServiceCredentials Service => new()
    {
        ServiceCertificate = new X509Credential(TestCertificates.Service),
        ClientCertificateValidation = TestCredentials.TrustAuthority,
        UserNamePasswordProvider = UserNamePasswordProvider.Create(user => user == TestCredentials.UserName ? TestCredentials.Password : null),
        UserNamePasswordValidator = UserNamePasswordValidator.Create((user, password) => user == TestCredentials.UserName && password is TestCredentials.Password or ""),
    };

    public static TheoryData<string, bool> AllForms => [.. from form in Forms.Keys from signed in new[] { true, false } select (form, signed)];

    [Theory]
    [MemberData(nameof(AllForms))]
    public async Task Form_IsSentAndTaken(string form, bool signedOnly)
    {
        using var loopback = new Loopback(Binding(Forms[form], signedOnly), service: Service);
        using var request = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        Assert.Equal(signedOnly, Encoding.UTF8.GetString(request.Envelope.Span).Contains("UsernameToken", StringComparison.Ordinal));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        Assert.Equal(TestCredentials.UserName, dispatch.User.Identity!.Name);
        var token = Forgery.Load(dispatch.Request.DecryptedEnvelope).GetElementsByTagName("UsernameToken", Forgery.Wsse)[0]!;
        Assert.Equal(form is "text-nonce" or "text-both" or "digest", token.InnerXml.Contains("Nonce", StringComparison.Ordinal));
        Assert.Equal(form is "text-created" or "text-both" or "digest", token.InnerXml.Contains("Created", StringComparison.Ordinal));
        Assert.Equal(form is not "none", token.InnerXml.Contains("Password", StringComparison.Ordinal));
        using var reply = dispatch.Secure(Loopback.Reply(loopback.Binding.MessageVersion));
        using var verified = request.VerifyReply(reply.Envelope);
    }

    [Fact]
    public async Task Digest_IsThatOfTheProfile()
    {
        using var loopback = new Loopback(Binding(Digest, signedOnly: true), service: Service);
        using var request = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        var document = Forgery.Load(request.Envelope);
        var nonce = Convert.FromBase64String(document.GetElementsByTagName("Nonce", Forgery.Wsse)[0]!.InnerText);
        var created = document.GetElementsByTagName("UsernameToken", Forgery.Wsse)[0]!.ChildNodes.OfType<XmlElement>().Single(e => e.LocalName == "Created").InnerText;
        var expected = SHA1.HashData([.. nonce, .. Encoding.UTF8.GetBytes(created), .. Encoding.UTF8.GetBytes(TestCredentials.Password)]);
        Assert.Equal(Convert.ToBase64String(expected), document.GetElementsByTagName("Password", Forgery.Wsse)[0]!.InnerText);
        Assert.Equal(16, nonce.Length);
    }

    [Theory]
    [InlineData("nobody", TestCredentials.Password)]
    [InlineData(TestCredentials.UserName, "wrong")]
    [InlineData(TestCredentials.UserName, "")]
    public async Task Digest_OfAnotherPassword_IsRefused(string user, string password)
    {
        using var loopback = new Loopback(Binding(Digest, signedOnly: false), service: Service, client: As(user, password));
        Assert.Equal(FailureCode.InvalidCredentials, await ReceiveAsync(loopback));
    }

    [Theory]
    [InlineData("digest", "text")]
    [InlineData("text", "digest")]
    [InlineData("none", "text-nonce")]
    [InlineData("text", "none")]
    [InlineData("text", "text-nonce")]
    [InlineData("text", "text-created")]
    public async Task AnotherForm_IsRefused(string sent, string wanted)
    {
        using var loopback = new Loopback(Binding(Forms[wanted], signedOnly: false), service: Service);
        var client = new MessageSecurityClient(Binding(Forms[sent], signedOnly: false), TestCredentials.Client);
        using var request = client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.MalformedSecurityElement, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Theory]
    [InlineData("text-nonce")]
    [InlineData("digest")]
    public async Task Nonce_ThatCameBefore_IsRefused(string form)
    {
        using var scene = await SceneAsync(Binding(Forms[form], signedOnly: false));
        using var first = scene.Request();
        using var second = scene.Request();
        var forged = scene.Forge(first.Envelope);
        var token = (XmlElement)Forgery.Child(forged.Security, "UsernameToken").CloneNode(true);
        using (var taken = await scene.ReceiveAsync(first.Envelope))
        {
            Assert.IsType<ServiceResult.Dispatch>(taken);
        }

        // The same token in another message, whose signature is new.
        var other = scene.Forge(second.Envelope);
        var replaced = Forgery.Child(other.Security, "UsernameToken");
        replaced.InnerXml = token.InnerXml;
        other.Resign();
        using var result = await scene.ReceiveAsync(other.Seal());
        Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    /// <summary>A digest does not cover the name, and an application may know one user by several spellings.</summary>
    [Fact]
    public async Task Digest_UnderAnotherSpellingOfTheName_IsRefused()
    {
        using var scene = await Scene.OpenAsync(Binding(Digest, signedOnly: true), service: new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            UserNamePasswordProvider = UserNamePasswordProvider.Create(
                user => user.Equals(TestCredentials.UserName, StringComparison.OrdinalIgnoreCase) ? TestCredentials.Password : null),
        });
        using var first = scene.Request();
        using var second = scene.Request();
        var token = (XmlElement)Forgery.Child(scene.Forge(first.Envelope).Security, "UsernameToken").CloneNode(true);
        using (var taken = await scene.ReceiveAsync(first.Envelope))
        {
            Assert.IsType<ServiceResult.Dispatch>(taken);
        }

        var other = scene.Forge(second.Envelope);
        Forgery.Child(other.Security, "UsernameToken").InnerXml =
            token.InnerXml.Replace($">{TestCredentials.UserName}<", $">{TestCredentials.UserName.ToUpperInvariant()}<", StringComparison.Ordinal);
        other.Resign();
        using var result = await scene.ReceiveAsync(other.Seal());
        Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    /// <summary>Anybody could make digests and keys of an empty password.</summary>
    [Theory]
    [InlineData("digest")]
    [InlineData("key")]
    public async Task EmptyPassword_OfTheProvider_IsThatOfNobody(string form)
    {
        var binding = form == "digest" ? Binding(Digest, signedOnly: true) : MessageSecurityBinding.Create(new SymmetricSecurityBindingElement
        {
            ProtectionTokenParameters = new UserNameSecurityTokenParameters { RequireDerivedKeys = true },
        });
        using var loopback = new Loopback(binding, client: new ClientCredentials
        {
            UserName = new UserNameCredential("nobody", ""),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        }, service: new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            UserNamePasswordProvider = UserNamePasswordProvider.Create(_ => ""),
        });
        using var request = loopback.Client.Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        Assert.NotEqual(FailureCode.None, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Theory]
    [InlineData("2000-01-01T00:00:00Z", FailureCode.Stale)]
    [InlineData("2100-01-01T00:00:00Z", FailureCode.NotYetValid)]
    [InlineData("yesterday", FailureCode.MalformedSecurityElement)]
    public async Task Created_OfAnotherTime_IsRefused(string created, FailureCode code)
    {
        using var scene = await SceneAsync(Binding(Forms["text-created"], signedOnly: false));
        using var request = scene.Request();
        var forged = scene.Forge(request.Envelope);
        Forgery.Child(Forgery.Child(forged.Security, "UsernameToken"), "Created").InnerText = created;
        forged.Resign();
        using var result = await scene.ReceiveAsync(forged.Seal());
        Assert.Equal(code, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Fact]
    public void ClearTextPassword_NeedsTheWordOfTheApplication()
    {
        var element = Anonymous with { EndpointSupportingTokenParameters = new() { Signed = [new UserNameSecurityTokenParameters()] } };
        Assert.Contains("AllowClearTextPassword", Assert.Throws<ArgumentException>(() => MessageSecurityBinding.Create(element)).Message, StringComparison.Ordinal);
        MessageSecurityBinding.Create(Anonymous with { EndpointSupportingTokenParameters = new() { Signed = [Digest] } });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ClearTextPassword_IsWarnedOfOnce(bool signedOnly)
    {
        using var log = new RecordedLog();
        var binding = Binding(Forms["text"], signedOnly);
        _ = new MessageSecurityClient(binding, TestCredentials.Client, new MessageSecurityClientOptions { LoggerFactory = log });
        using var service = new MessageSecurityService(binding, Service, new MessageSecurityServiceOptions { LoggerFactory = log });
        Assert.Equal(signedOnly ? 2 : 0, log.Entries.Count(e => e.Level == LogLevel.Warning && e.Text.Contains("clear text", StringComparison.Ordinal)));
    }

    [Fact]
    public void MessageLog_HasNoPassword_AlsoWhereItTravelsInClear()
    {
        var kept = new KeptMessages();
        var client = new MessageSecurityClient(Binding(Forms["text"], signedOnly: true), TestCredentials.Client, new MessageSecurityClientOptions { MessageLog = kept });
        using var request = client.Secure(Loopback.Request(client.Binding.MessageVersion), Loopback.Address);
        Assert.Contains("secret", Encoding.UTF8.GetString(request.Envelope.Span), StringComparison.Ordinal);
        Assert.Single(kept.All);
        Assert.Contains("UsernameToken", kept.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", kept.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Service_WithoutAProvider_IsToldWhatItLacks()
    {
        foreach (var binding in new[] { Binding(Digest, signedOnly: false), Key(derived: true) })
        {
            var error = Assert.Throws<ArgumentException>(() => new MessageSecurityService(binding, TestCredentials.Service));
            Assert.Contains("UserNamePasswordProvider", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AuthenticatorOfADigest_GetsThePassword()
    {
        var asked = "";
        var service = new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            UserNamePasswordProvider = Service.UserNamePasswordProvider,
            UserNamePasswordValidator = UserNamePasswordValidator.Create((user, password) =>
            {
                asked = $"{user}/{password}";
                return false;
            }),
        };
        using var loopback = new Loopback(Binding(Digest, signedOnly: false), service: service);
        Assert.Equal(FailureCode.InvalidCredentials, await ReceiveAsync(loopback));
        Assert.Equal($"{TestCredentials.UserName}/{TestCredentials.Password}", asked);
    }

    [Theory]
    [InlineData(true, MessageProtectionOrder.SignBeforeEncrypt, "single")]
    [InlineData(true, MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature, "single")]
    [InlineData(true, MessageProtectionOrder.EncryptBeforeSign, "single")]
    [InlineData(false, MessageProtectionOrder.SignBeforeEncrypt, "single")]
    [InlineData(false, MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature, "single")]
    [InlineData(false, MessageProtectionOrder.EncryptBeforeSign, "single")]
    [InlineData(true, MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature, "session")]
    [InlineData(false, MessageProtectionOrder.SignBeforeEncrypt, "session")]
    public async Task UserNameAsTheKey_ProtectsRequestAndReply(bool derived, MessageProtectionOrder order, string form)
    {
        var element = Key(derived).Element with { MessageProtectionOrder = order };
        var binding = MessageSecurityBinding.Create(form == "single" ? element : SecurityBindingElement.CreateSecureConversationBindingElement(element));
        using var loopback = new Loopback(binding, service: Service);
        using var session = form == "single" ? null : await loopback.OpenAsync();
        if (session is not null)
        {
            using var renewal = session.StartRenewal();
            using var answer = await loopback.Service.ReceiveAsync(renewal.Envelope);
            renewal.Complete(Assert.IsType<ServiceResult.Respond>(answer).Envelope);
        }

        using var request = session?.Secure(Loopback.Request(binding.MessageVersion)) ?? loopback.Client.Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        Assert.All(form == "session" ? [] : dispatch.Request.Protection.Signatures,
            signature => Assert.Equal(derived ? ProtectionKeyKind.DerivedKey : ProtectionKeyKind.UserName, signature.Key.Kind));
        Assert.Equal((TestCredentials.UserName, ClientAuthenticationTypes.UserName), (dispatch.User.Identity!.Name, dispatch.User.Identity.AuthenticationType));
        using var reply = dispatch.Secure(Loopback.Reply(binding.MessageVersion));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.Contains("<EchoResponse xmlns=\"urn:e\"/>", Encoding.UTF8.GetString(verified.Envelope.Span), StringComparison.Ordinal);
        Assert.DoesNotContain("Password", Encoding.UTF8.GetString(request.Envelope.Span), StringComparison.Ordinal);
        Assert.DoesNotContain("h&amp;i", Encoding.UTF8.GetString(request.Envelope.Span), StringComparison.Ordinal);
        Assert.DoesNotContain("<EchoResponse", Encoding.UTF8.GetString(reply.Envelope.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true, MessageProtectionOrder.SignBeforeEncrypt)]
    [InlineData(true, false, MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature)]
    [InlineData(false, true, MessageProtectionOrder.EncryptBeforeSign)]
    [InlineData(false, false, MessageProtectionOrder.SignBeforeEncrypt)]
    public async Task UserNameThatEndorses_IsTheClient(bool derived, bool signed, MessageProtectionOrder order)
    {
        foreach (var bootstraps in new[] { false, true })
        {
            var element = Endorsing(derived, signed) with { MessageProtectionOrder = order };
            var binding = MessageSecurityBinding.Create(bootstraps ? SecurityBindingElement.CreateSecureConversationBindingElement(element) : element);
            using var loopback = new Loopback(binding, service: Service);
            using var session = bootstraps ? await loopback.OpenAsync() : null;
            if (session is not null)
            {
                using var renewal = session.StartRenewal();
                using var answer = await loopback.Service.ReceiveAsync(renewal.Envelope);
                renewal.Complete(Assert.IsType<ServiceResult.Respond>(answer).Envelope);
            }

            using var request = session?.Secure(Loopback.Request(binding.MessageVersion)) ?? loopback.Client.Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
            using var result = await loopback.Service.ReceiveAsync(request.Envelope);
            Assert.Equal(TestCredentials.UserName, Assert.IsType<ServiceResult.Dispatch>(result).User.Identity!.Name);
        }

        using var wrong = new Loopback(MessageSecurityBinding.Create(Endorsing(derived, signed)), service: Service, client: As(TestCredentials.UserName, "wrong"));
        Assert.Equal(FailureCode.SignatureMismatch, await ReceiveAsync(wrong));
    }

    [Fact]
    public async Task UserNameThatEndorses_WithAnotherDerivation_IsRefused()
    {
        var derived = Endorsing(derived: true, signed: true) with { DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic128Sha256 };
        using var loopback = new Loopback(MessageSecurityBinding.Create(derived), service: Service);
        var client = new MessageSecurityClient(MessageSecurityBinding.Create(Endorsing(derived: false, signed: true)), TestCredentials.Client);
        using var request = client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.DerivedKeyViolation, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Theory]
    [InlineData("nobody", TestCredentials.Password)]
    [InlineData(TestCredentials.UserName, "wrong")]
    public async Task UserNameAsTheKey_OfAnother_IsRefused(string user, string password)
    {
        using var loopback = new Loopback(Key(derived: true), service: Service, client: As(user, password));
        Assert.Equal(FailureCode.SignatureMismatch, await ReceiveAsync(loopback));
    }

    /// <summary>Nobody has proved anything when the key is looked for, so nobody is told what the application says.</summary>
    [Fact]
    public async Task FaultOfTheProvider_IsForNobody_WhoHasNotProvedHimself()
    {
        using var loopback = new Loopback(Key(derived: true), service: new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            UserNamePasswordProvider = UserNamePasswordProvider.Create(
                user => user == "nobody" ? throw new AuthenticationFaultException("nobody is locked out") : TestCredentials.Password),
        }, client: As("nobody", TestCredentials.Password));
        using var request = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.SignatureMismatch, respond.Code);
        Assert.DoesNotContain("locked", Encoding.UTF8.GetString(respond.Envelope.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UserNameAsTheKey_UnderAnotherName_IsRefused()
    {
        // Two users with one password: the name is no part of the key, so the signature has to cover the token.
        var service = new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            UserNamePasswordProvider = UserNamePasswordProvider.Create(_ => TestCredentials.Password),
            UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) => true),
        };
        using var loopback = new Loopback(Key(derived: true), service: service);
        using var request = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        var forged = Encoding.UTF8.GetString(request.Envelope.Span).Replace($"<o:Username>{TestCredentials.UserName}<", "<o:Username>mallory<", StringComparison.Ordinal);
        using var result = await loopback.Service.ReceiveAsync(Encoding.UTF8.GetBytes(forged));
        Assert.Equal(FailureCode.DigestMismatch, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Theory]
    [InlineData("10001", FailureCode.LimitExceeded)]
    [InlineData("2000000000", FailureCode.LimitExceeded)]
    [InlineData("999", FailureCode.LimitExceeded)]
    [InlineData("9999", FailureCode.SignatureMismatch)]
    public async Task Iterations_BeyondTheBounds_AreNotComputed(string iterations, FailureCode code)
    {
        var asked = 0;
        var service = new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            UserNamePasswordProvider = UserNamePasswordProvider.Create(_ =>
            {
                asked++;
                return TestCredentials.Password;
            }),
            UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) => true),
        };
        using var loopback = new Loopback(Key(derived: true), service: service);
        using var request = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        var forged = Encoding.UTF8.GetString(request.Envelope.Span).Replace(">10000</k:Iteration>", $">{iterations}</k:Iteration>", StringComparison.Ordinal);
        using var result = await loopback.Service.ReceiveAsync(Encoding.UTF8.GetBytes(forged));
        Assert.Equal(code, Assert.IsType<ServiceResult.Respond>(result).Code);
        Assert.Equal(code == FailureCode.LimitExceeded ? 0 : 1, asked);
    }

    [Fact]
    public async Task ReplyToAnotherRequest_IsRefused()
    {
        using var loopback = new Loopback(Key(derived: true), service: Service);
        using var one = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        using var other = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(one.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(loopback.Binding.MessageVersion));
        Assert.NotEqual(FailureCode.None, Assert.Throws<SecureConversationException>(() => other.VerifyReply(reply.Envelope)).Code);
        using var verified = one.VerifyReply(reply.Envelope);
    }

    [Fact]
    public async Task Request_SentBackToItsClient_IsRefused()
    {
        using var loopback = new Loopback(Key(derived: false), service: Service);
        using var request = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        Assert.NotEqual(FailureCode.None, Assert.Throws<SecureConversationException>(() => request.VerifyReply(request.Envelope)).Code);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        Assert.IsType<ServiceResult.Dispatch>(result);
    }

    [Fact]
    public void UserNameAsTheKey_TooShortForTheSuite_IsRefused()
    {
        var element = (SymmetricSecurityBindingElement)Key(derived: false).Element with { DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256 };
        Assert.Contains("160 bits", Assert.Throws<ArgumentException>(() => MessageSecurityBinding.Create(element)).Message, StringComparison.Ordinal);
    }

    private static MessageSecurityBinding Binding(UserNameSecurityTokenParameters form, bool signedOnly) => MessageSecurityBinding.Create(Anonymous with
    {
        EndpointSupportingTokenParameters = signedOnly ? new() { Signed = [form with { AllowClearTextPassword = true }] } : new() { SignedEncrypted = [form] },
    });

    private static MessageSecurityBinding Key(bool derived) => MessageSecurityBinding.Create(new SymmetricSecurityBindingElement
    {
        ProtectionTokenParameters = new UserNameSecurityTokenParameters { RequireDerivedKeys = derived },
        DefaultAlgorithmSuite = derived ? SecurityAlgorithmSuite.Basic256Sha256 : SecurityAlgorithmSuite.Basic128Sha256,
        MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt,
    });

    private static SymmetricSecurityBindingElement Endorsing(bool derived, bool signed)
    {
        var token = new UserNameSecurityTokenParameters { RequireDerivedKeys = derived };
        return Anonymous with
        {
            DefaultAlgorithmSuite = derived ? SecurityAlgorithmSuite.Basic256Sha256 : SecurityAlgorithmSuite.Basic128Sha256,
            EndpointSupportingTokenParameters = signed ? new() { SignedEndorsing = [token] } : new() { Endorsing = [token] },
        };
    }

    private static ClientCredentials As(string user, string password) => new()
    {
        UserName = new UserNameCredential(user, password),
        ServiceCertificate = TestCertificates.Service,
        ServiceCertificateValidation = TestCredentials.TrustAuthority,
    };

    private static async Task<FailureCode> ReceiveAsync(Loopback loopback)
    {
        using var request = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        return Assert.IsType<ServiceResult.Respond>(result).Code;
    }

    private static Task<Scene> SceneAsync(MessageSecurityBinding binding) => Scene.OpenAsync(binding, service: Service);
}
