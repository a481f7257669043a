namespace SecureConversation.Documentation.Tests;

/// <summary>
/// Every row and every point of docs/migrating-from-wcf.md is held by a test: it names text of the tests that do it, so that a line that is new
/// or changed fails here until somebody has looked for its test.
/// </summary>
public sealed class GuideTests
{
    private static readonly string[] Guide = Page.Lines("docs/migrating-from-wcf.md");

    private static readonly Lazy<string> Tests = new(() => Page.SourceOfTests(except: $"{nameof(GuideTests)}.cs"));

    [Fact]
    public void Rows_AllHaveATest() => Check(
        Guide.Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => line.Split(" | ")[0][2..])
            .Where(cell => cell is not ("old" or "WCF")),
        Rows);

    [Fact]
    public void Points_AllHaveATest() => Check(
        Guide.Where(line => line.StartsWith("- ", StringComparison.Ordinal)).Select(line => line[2..]), Points);

    private static void Check(IEnumerable<string> lines, Dictionary<string, string> held)
    {
        Assert.Equal(held.Keys.Order(StringComparer.Ordinal), lines.Order(StringComparer.Ordinal));
        Assert.All(held.Values.SelectMany(texts => texts.Split(';')), text =>
            Assert.True(Tests.Value.Contains(text, StringComparison.Ordinal), $"No test has {text}"));
    }

    private static readonly Dictionary<string, string> Rows = new()
    {
        ["a service on .NET Framework"] = "namespace Documentation.Service;",
        ["a client (`ChannelFactory<T>`, generated proxy)"] = "new ChannelFactory<ICalculatorSession>(;class CalculatorClient",
        ["`new WSHttpBinding(SecurityMode.Message)`"] = "new WSHttpBinding(SecurityMode.Message)",
        ["`new WS2007HttpBinding(SecurityMode.Message)`"] = "new WS2007HttpBinding(SecurityMode.Message)",
        ["`binding.Security.Message.EstablishSecurityContext = true`"] = "binding.Security.Message.EstablishSecurityContext = true",
        ["`binding.Security.Message.ClientCredentialType = MessageCredentialType.Certificate` (`UserName`, `None`)"] = "MessageCredentialType.UserName : MessageCredentialType.Certificate",
        ["`binding.Security.Message.NegotiateServiceCredential`"] = "binding.Security.Message.NegotiateServiceCredential = false",
        ["`binding.Security.Message.AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256`"] = "binding.Security.Message.AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256",
        ["`SecurityBindingElement.CreateMutualCertificateBindingElement(version)`"] = "MessageSecurityBindingElement.CreateMutualCertificateBindingElement(version)",
        ["`...CreateMutualCertificateDuplexBindingElement(version)`"] = "MessageSecurityBindingElement.CreateMutualCertificateDuplexBindingElement(version)",
        ["`...CreateAnonymousForCertificateBindingElement()`"] = "MessageSecurityBindingElement.CreateAnonymousForCertificateBindingElement()",
        ["`...CreateUserNameForCertificateBindingElement()`"] = "MessageSecurityBindingElement.CreateUserNameForCertificateBindingElement()",
        ["`...CreateSecureConversationBindingElement(bootstrap, requireCancellation)`"] = "MessageSecurityBindingElement.CreateSecureConversationBindingElement(bootstrap, true)",
        ["`element.DefaultAlgorithmSuite`, `MessageSecurityVersion`, `SecurityHeaderLayout`, `MessageProtectionOrder`, `KeyEntropyMode`, `IncludeTimestamp`, `RequireSignatureConfirmation`"] =
            "element.DefaultAlgorithmSuite =;element.MessageSecurityVersion =;element.SecurityHeaderLayout =;element.MessageProtectionOrder =;element.KeyEntropyMode =;element.IncludeTimestamp =;RequireSignatureConfirmation = false",
        ["`element.SetKeyDerivation(false)` (`true`)"] = "element.SetKeyDerivation(scenario.AlwaysDerivesKeys)",
        ["a class of your own derived from `SecurityAlgorithmSuite`"] = "class OwnSuite : ",
        ["`new CustomBinding(element, new TextMessageEncodingBindingElement(), new HttpTransportBindingElement())`"] =
            "new CustomBinding(security, new TextMessageEncodingBindingElement(), new HttpTransportBindingElement())",
        ["`binding.CreateBindingElements().Find<SecurityBindingElement>()`"] = "Assert.Null(elements.Find<SecurityBindingElement>());elements.Find<MessageSecurityBindingElement>()",
        ["`security.LocalClientSettings.MaxClockSkew`, `LocalServiceSettings.MaxClockSkew`"] =
            "security.BootstrapSecurityBindingElement!.LocalClientSettings.MaxClockSkew;security.BootstrapSecurityBindingElement!.LocalServiceSettings.MaxClockSkew",
        ["`SecureConversationSecurityTokenParameters.CanRenewSession`, `canRenewSecurityContextToken`"] = "security.CanRenewSession = false",
        ["`LocalServiceSettings.SessionKeyRenewalInterval`, `SessionKeyRolloverInterval`"] =
            "element.LocalServiceSettings.SessionKeyRenewalInterval = life;element.LocalServiceSettings.SessionKeyRolloverInterval = life",
        ["`LocalClientSettings.SessionKeyRenewalInterval`, `SessionKeyRolloverInterval`"] = "Renewal_IsSetOnTheElementAndInItsSettings",
        ["`host.Credentials.ServiceCertificate`, `ClientCertificate.Authentication`, `UserNameAuthentication.CustomUserNamePasswordValidator`"] =
            "host.Credentials.ServiceCertificate.Certificate;credentials.ClientCertificate.Authentication.CertificateValidationMode;credentials.UserNameAuthentication.CustomUserNamePasswordValidator",
        ["`factory.Credentials.ClientCertificate`, `UserName`, `ServiceCertificate.DefaultCertificate`, `ScopedCertificates`, `Authentication`"] =
            "factory.Credentials.ClientCertificate.Certificate;credentials.UserName.UserName;factory.Credentials.ServiceCertificate.DefaultCertificate;ServiceCertificate.ScopedCertificates;factory.Credentials.ServiceCertificate.Authentication",
        ["`host.Credentials.IssuedTokenAuthentication`"] = "Trust(host.Credentials.IssuedTokenAuthentication);IssuedTokenValidation = new()",
        ["`EndpointIdentity.CreateDnsIdentity(name)`, `CreateX509CertificateIdentity(certificate)`"] = "EndpointIdentity.CreateDnsIdentity(;EndpointIdentity.CreateX509CertificateIdentity(",
        ["`ServiceSecurityContext.Current`, `OperationContext.Current.SessionId`"] = "ServiceSecurityContext.Current.PrimaryIdentity;OperationContext.Current!.SessionId",
        ["`OperationContext.Current.IncomingMessageProperties.Security.ProtectionToken`"] = "OperationContext.Current.IncomingMessageProperties.Security.ProtectionToken",
        ["`throw new FaultException(reason, code)` in a validator"] = "FaultException_OfAValidator_ReachesTheClient",
        ["`[ServiceContract(ProtectionLevel = ...)]`, `[OperationContract(ProtectionLevel = ...)]`"] = "[ProtectionLevel(ProtectionLevel.Sign)]\npublic interface ISharedOrders",
        ["`[MessageContract(ProtectionLevel = ...)]`, `[MessageHeader(ProtectionLevel = ...)]`, `[MessageBodyMember(ProtectionLevel = ...)]`"] =
            "[ProtectionLevel(ProtectionLevel.EncryptAndSign)]\npublic sealed class OrderMessage;LevelsOfMessagesHeadersPartsAndFaults_Differ",
        ["`[FaultContract(typeof(T), ProtectionLevel = ...)]`"] = "[ProtectionLevel(ProtectionLevel.EncryptAndSign, Fault = typeof(OrderFault))]",
        ["a `BasicHttpBinding` or hand-written SOAP client over `HttpClient`"] = "new SecureConversationClient(;.AddSecureConversation(",
        ["a service in ASP.NET Core, SoapCore, behind a proxy"] = "MapSecureConversation(;UseSecureConversation(",
        ["`new BasicHttpBinding(BasicHttpSecurityMode.Message)`"] = "new BasicHttpBinding(BasicHttpSecurityMode.Message)",
        ["`new WSFederationHttpBinding(mode)`, `new WS2007FederationHttpBinding(mode)`"] = "new WSFederationHttpBinding(mode);new WS2007FederationHttpBinding(mode)",
        ["`...CreateIssuedTokenForCertificateBindingElement(parameters)`, `CreateIssuedTokenBindingElement(parameters)`"] =
            "MessageSecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(parameters);MessageSecurityBindingElement.CreateIssuedTokenBindingElement(parameters)",
        ["`WSHttpBinding.Security.Message`"] = "new MessageSecurity",
    };

    /// <summary>By their first line. What says only that something does not exist has no test.</summary>
    private static readonly Dictionary<string, string> Points = new()
    {
        ["The envelope that reaches the application has no comments and no attributes on `s:Envelope` and `s:Header`; CDATA is text. Nobody signed"] =
            "Comments_AreNotEncrypted;CanonicalForm_IsHandedOutOnlyWhenAskedFor",
        ["Header blocks that nobody signed reach the application as in WCF; `HandOutUnsignedHeaders = false` removes them. (The packages"] =
            "UnsignedHeaders_ReachTheApplicationUnlessToldOtherwise;UnsignedHeader_IsHandedOutOnlyWhenAskedFor",
        ["A service answers a message that it refuses 25 ms after it arrived (`FailureAnswers`), and later where a key or an"] =
            "Refusal_AfterMoreWorkThanAStep_LeavesAtTheNextMultiple;Step_DoublesOnceForEachBudgetBeyondTheFirst",
        ["A wrong message never ends a session at a service. At a client a fault without security, a reply that is refused or empty, and a secured"] =
            "ForgedFaultThatTheSessionIsUnknown_FaultsTheChannelForLaterCallsOnly;AnswerWithoutSecurity_FaultsTheChannelForLaterCalls;InternalServiceFault_ReachesTheCallerAndFaultsTheChannel",
        ["A channel whose session the service has forgotten is faulted, as in WCF. `ReopenLostSessions = true` of `MessageSecurityBindingElement` keeps it: the"] =
            "RestartOfTheService_FaultsTheChannelAndANewOneRecovers;RestartOfTheService_CostsOneCall_AndNoneThatIsIdempotent;Attribute_MarksAnOperation",
        ["A service that shuts down refuses handshakes (`EndpointNotFoundException` at the client) and finishes the calls of open sessions."] =
            "ServiceThatStops_OpensNoChannelAndFinishesTheCallsOfOthers",
        ["A client whose contract has `[MessageHeader]` needs `[UseProtectionLevels]` or `factory.Endpoint.UseProtectionLevels()`. Without it"] =
            "Assert.Contains(\"[UseProtectionLevels]\", e.Message, StringComparison.Ordinal)",
        ["`RequireCancellation = false` needs `services.AddDataProtection()` in place of a `SecurityStateEncoder`, with a key ring that all instances"] =
            "MissingDataProtection_EndsTheStartInWords;Session_IsServedByAnotherInstanceAfterTheFirstHasStopped",
        ["A class derived from `ClientCredentials` is read for its properties; its `CreateSecurityTokenManager` is not called."] =
            "DerivedCredentials_AreReadForTheirProperties",
        ["`TransferMode` changes how the transport reads and writes. A message is still held as a whole, since nothing of it is known to"] =
            "SixtyFourMegabytes_GoThereAndBack;kestrel.AllowSynchronousIO = scenario.IsStreamed",
        ["Synchronous proxies hold no threads of the pool while they open, call and close: many at once need no larger pool"] =
            "FiftySynchronousClients_OnThreadsOfTheirOwn;Channel_OpensCallsAndClosesOnTheThreadOfItsCaller",
        ["`AddressFilterMode` is that of the host with CoreWCF. On ASP.NET Core it is `AddressFilter`: Exact of WCF is `IgnoringHost`, the default;"] =
            "OneOf_NeedsAbsoluteAddresses;AddressFilter.IgnoringHost",
        ["An element may have 512 attributes, and 256 namespace declarations may be in scope of it. WCF has no such limits: the options"] =
            "Limits_ReachTheEngineAndAreCheckedThere",
        ["Inclusion modes under which WCF opens and then refuses every message are refused when the binding is built, except `Once` on the"] =
            "Duplex.RecipientTokenParameters! with { InclusionMode = SecurityTokenInclusionMode.Never }",
        ["Settings that would have no effect are refused unless they have WCF's default: `CacheCookies`, `IssuedCookieLifetime` and `MaxCachedCookies` where"] =
            "CacheCookies;IssuedCookieLifetime;MaxCachedCookies",
        ["`TransportWithMessageCredential` stays what CoreWCF and the .NET WCF client make of it. What they lack over TLS (derived keys, Lax, tokens of an"] =
            "SecurityMode.TransportWithMessageCredential;ContractThatRequiresSessions_HasThem",
        ["`WSDualHttpBinding`: use `NetTcpBinding` with the mode Message, which has callbacks, or let clients ask. Over net.tcp sessions are offered"] =
            "NetTcpBinding_WithMessageSecurity_IsADropIn;Calls_GoBothWays",
        ["Kerberos tickets without a negotiation (`ClientCredentialType = Windows` with `NegotiateServiceCredential = false`,"] = "KerberosWithoutNegotiation_IsRefusedByName",
        ["Contracts with callbacks (`CallbackContract`) over HTTP: a CoreWCF host does not start with one, a `DuplexChannelFactory` makes no channel."] =
            "ContractWithCallbacks_EndsTheStart;ContractWithCallbacks_IsRefusedInWords",
        ["Reliable sessions at a CoreWCF host, which has none: those of this library, over HTTP and with message security, by `ReliableSession.Enabled` of"] =
            "DropIn_HasReliableSessionsOfItsVersion;ReliableSessions_AreRefusedInWords;Mtom_IsTakenFromTheDropIn",
        ["`ReliableSession.Enabled` and `ReliableSessionBindingElement` of the .NET WCF client work above message security, in both versions. As in WCF"] =
            "Calls_GoThroughASequenceOfTheirSecuritySession;ReliableSession_WithoutSecuritySession_IsRefusedInWords;LostSessions_AreNotReopenedUnderASequence",
        ["Transactions, `ServiceThrottlingBehavior`: not in CoreWCF or the .NET WCF client either. What strangers can"] =
            "Negotiation_BeyondTheQuota_IsRefusedAndTheNextGoesOn",
    };
}
