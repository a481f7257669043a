using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;
using SecureConversation.Tests.Saml;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// Assertions that nobody trusted has signed, made to cost much to read: they are read before their signatures are verified.
/// </summary>
public sealed class AssertionCostTests
{
    private const int MostBytes = 16 * 1024 * 1024;

    /// <summary>A namespace of 60 KB that each value declares anew in its canonical form.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Namespace_OfManyValues_DoesNotFillTheMemory(bool outside)
    {
        var values = string.Concat(Enumerable.Repeat("<b:AttributeValue><p:a/></b:AttributeValue>", 2500));
        return RefusedAtLittleCostAsync(FailureCode.LimitExceeded, outside, AssertionJudgementTests.Bearer().Replace("[signature]",
            new HandSigned { Signer = TestCertificates.Other }.Signature(new byte[32]), StringComparison.Ordinal)
            .Replace("</saml2:Assertion>", "<saml2:AttributeStatement><saml2:Attribute Name=\"n\">" + values
            + "</saml2:Attribute></saml2:AttributeStatement></saml2:Assertion>", StringComparison.Ordinal)
            .Replace("<saml2:Assertion", "<saml2:Assertion xmlns:b=\"urn:oasis:names:tc:SAML:2.0:assertion\"", StringComparison.Ordinal));
    }

    /// <summary>The same in the subjects of SAML 1.1, which are compared with each other.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Namespace_OfManySubjects_DoesNotTakeLong(bool outside)
    {
        var statements = string.Concat(Enumerable.Repeat(
            "<b:AttributeStatement><b:Subject p:a=\"\"/><b:Attribute AttributeName=\"n\"/></b:AttributeStatement>", 1200));
        return RefusedAtLittleCostAsync(FailureCode.LimitExceeded, outside,
            "<b:Assertion xmlns:b=\"urn:oasis:names:tc:SAML:1.0:assertion\" MajorVersion=\"1\" MinorVersion=\"1\" "
            + "AssertionID=\"_assertion-1\" "
            + $"Issuer=\"urn:a\" IssueInstant=\"2026-01-01T00:00:00Z\">{statements}"
            + new HandSigned { Signer = TestCertificates.Other }.Signature(new byte[32]) + "</b:Assertion>");
    }

    private static async Task RefusedAtLittleCostAsync(FailureCode code, bool outside, string assertion)
    {
        var declaration = $" xmlns:p=\"urn:{new string('n', 60_000)}\"";
        var document = outside ? $"<e{declaration}>{assertion}</e>"
            : $"<e>{assertion.Insert(assertion.IndexOf(' ', StringComparison.Ordinal), declaration)}</e>";
        var place = XmlIndex.Parse(Encoding.UTF8.GetBytes(document), XmlLimits.Default).Root.FirstChild;
        var (before, watch) = (GC.GetAllocatedBytesForCurrentThread(), System.Diagnostics.Stopwatch.StartNew());
        var failure = await Assert.ThrowsAsync<SecurityFailureException>(
            () => Assertions.ValidateAsync(place, SecurityKeyType.BearerKey).AsTask());
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Current.TestOutputHelper!.WriteLine($"{failure.Code} {bytes} bytes {watch.ElapsedMilliseconds} ms");
        Assert.True(bytes < MostBytes, $"{bytes} bytes, {watch.ElapsedMilliseconds} ms");
        Assert.Equal(code, failure.Code);
    }
}
