using System.Collections.Immutable;
using SecureConversation.Binding;
using static SecureConversation.Configuration.Schema.Attributes;

namespace SecureConversation.Configuration.Schema;

/// <summary>Tokens: WCF's <c>issuedTokenParameters</c>, and our elements for all kinds.</summary>
internal static class TokenSchema
{
    private static ImmutableArray<AttributeSchema> IssuedAttributes { get; } =
    [
        Text("tokenType"),
        Enumeration("keyType", SecurityKeyType.SymmetricKey),
        Number("keySize", 0),
        new("defaultMessageSecurityVersion", ValueKind.SecurityVersion, ""),
        Flag("useStrTransform"),
    ];

    public static ElementSchema ClaimTypeRequirements { get; } = new ElementSchema("claimTypeRequirements").WithItems(
        new ElementSchema("add").With(Text("claimType").Required(), Flag("isOptional")), "claimType");

    public static ElementSchema Issuer { get; } = new ElementSchema("issuer")
        .With(Address("address"), Text("binding"), Text("bindingConfiguration"))
        .With(() => [NoPlace("headers"), NoPlace("identity")]);

    public static ElementSchema IssuerMetadata { get; } = new ElementSchema("issuerMetadata")
        .With(Address("address")).With(() => [NoPlace("headers"), NoPlace("identity")]);

    public static ElementSchema IssuedTokenParameters { get; } = Issued("issuedTokenParameters", []);

    /// <summary>The names of the lists of supporting tokens.</summary>
    public static ImmutableArray<string> Lists { get; } =
        ["endorsing", "signed", "signedEncrypted", "signedEndorsing", "encrypted", "endorsingEncrypted", "signedEndorsingEncrypted"];

    /// <summary>The supporting tokens of an endpoint and of its operations, needed and optional.</summary>
    public static ImmutableArray<ElementSchema> SupportingTokens { get; } =
    [
        OfEndpoint("endpointSupportingTokenParameters"),
        OfEndpoint("optionalEndpointSupportingTokenParameters"),
        OfOperations("operationSupportingTokenParameters"),
        OfOperations("optionalOperationSupportingTokenParameters"),
    ];

    private static ElementSchema OfEndpoint(string name) => new ElementSchema(name).With(Holders);

    private static ElementSchema OfOperations(string name) => new ElementSchema(name).WithItems(
        new ElementSchema("add").With(Text("action").Required()).With(Holders), "action");

    private static ImmutableArray<ElementSchema> Holders() => [.. Lists.Select(Holder)];

    /// <summary>An element that holds tokens.</summary>
    public static ElementSchema Holder(string name) => new(name) { IsList = true, Children = Tokens };

    private static ElementSchema NoPlace(string name) => new ElementSchema(name).Ignored(
        "An issuer is known by its address alone.");

    private static ImmutableArray<ElementSchema> Tokens() =>
    [
        new ElementSchema("x509SecurityTokenParameters").With(Common(true)).With(
            Enumeration("x509ReferenceStyle", X509ReferenceStyle.Any), Text("certificateName")),
        new ElementSchema("userNameSecurityTokenParameters").With(Common(false)).With(
            Enumeration("passwordType", UserNamePasswordType.Text), Flag("includeNonce"), Flag("includeCreated"),
            Flag("allowClearTextPassword")),
        new ElementSchema("rsaSecurityTokenParameters").With(Common(false, SecurityTokenInclusionMode.Never)),
        new ElementSchema("kerberosSecurityTokenParameters").With(Common(true)),
        new ElementSchema("sslSecurityTokenParameters").With(Common(true)).With(
            Flag("requireClientCertificate"), Flag("requireCancellation")),
        new ElementSchema("sspiSecurityTokenParameters").With(Common(true)).With(Flag("requireCancellation")),
        Issued("issuedSecurityTokenParameters", Common(true)),
        new ElementSchema("secureConversationSecurityTokenParameters").With(Common(true))
            .With(Flag("requireCancellation", true), Flag("canRenewSession", true))
            .With(() => [SecuritySchema.Bootstrap]),
    ];

    private static AttributeSchema[] Common(
        bool derived, SecurityTokenInclusionMode inclusion = SecurityTokenInclusionMode.AlwaysToRecipient) =>
    [
        Enumeration("inclusionMode", inclusion),
        Enumeration("referenceStyle", SecurityTokenReferenceStyle.Internal),
        Flag("requireDerivedKeys", derived),
    ];

    private static ElementSchema Issued(string name, AttributeSchema[] more) =>
        new ElementSchema(name) { Attributes = [.. IssuedAttributes, .. more] }.With(() =>
        [
            Issuer,
            IssuerMetadata,
            ClaimTypeRequirements,
            new ElementSchema("additionalRequestParameters") { IsRaw = true },
            SecuritySchema.IssuerSecurity,
        ]);
}
